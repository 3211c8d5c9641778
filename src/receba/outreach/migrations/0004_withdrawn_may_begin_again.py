"""A message whose approval was taken back before it left may begin again; every other end stays an end."""

from django.db import migrations

GUARD = """
CREATE OR REPLACE FUNCTION outreach_guard_message() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state IN ('sent', 'refused', 'cancelled') AND NEW.state <> OLD.state{unless} THEN
        RAISE EXCEPTION 'message % ended as %', OLD.id, OLD.state USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""
AGAIN = """
       AND NOT (OLD.state = 'cancelled' AND OLD.reason = 'withdrawn' AND OLD.handed_at IS NULL AND NEW.state = 'ready')"""


class Migration(migrations.Migration):
    dependencies = [("outreach", "0003_indices_that_are_used")]

    operations = [migrations.RunSQL(GUARD.replace("{unless}", AGAIN), GUARD.replace("{unless}", ""))]
