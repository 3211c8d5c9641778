"""Row-level security, append-only logs, audit.

A message may speak of titles of several portfolios: who is granted only some of them sees the message only when all
of its titles are theirs. A message changes state several times a second while a batch leaves: what happened is in its
events, append-only and audited, so the row itself is audited when it is made, not at each state.
"""

from django.db import migrations

from receba.access import walls
from receba.access.walls import through

ALL = "(SELECT coalesce(current_setting('receba.portfolios', true), '') = '')"
WHOLE = (
    f"({ALL} OR (SELECT count(*) FROM ledger_title o WHERE o.id = ANY (title_ids)) "
    "= (SELECT count(DISTINCT t) FROM unnest(title_ids) t) AND cardinality(title_ids) > 0)"
)

# What was said stays said: a published text is not edited, an ended message does not begin again.
GUARDS = """
CREATE FUNCTION outreach_guard_template() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.published_at IS NOT NULL THEN
        RAISE EXCEPTION 'a published template is never changed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER guarded BEFORE UPDATE OR DELETE ON outreach_messagetemplate
    FOR EACH ROW EXECUTE FUNCTION outreach_guard_template();

CREATE FUNCTION outreach_guard_message() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state IN ('sent', 'refused', 'cancelled') AND NEW.state <> OLD.state THEN
        RAISE EXCEPTION 'message % ended as %', OLD.id, OLD.state USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guarded BEFORE UPDATE ON outreach_message FOR EACH ROW EXECUTE FUNCTION outreach_guard_message();
"""


class Migration(migrations.Migration):
    dependencies = [("outreach", "0001_initial"), ("ledger", "0002_walls")]

    operations = [
        walls.company_wall("outreach_messagetemplate"),
        walls.company_wall("outreach_contactpolicychange"),
        walls.company_wall("outreach_message", WHOLE),
        walls.company_wall("outreach_messageevent", through("outreach_messageevent.message_id", "outreach_message")),
        walls.company_wall("outreach_touch", through("outreach_touch.debtor_id", "ledger_title", "debtor_id")),
        walls.company_wall("outreach_sendrun"),
        migrations.RunSQL(
            GUARDS,
            "DROP FUNCTION outreach_guard_template CASCADE; DROP FUNCTION outreach_guard_message CASCADE",
        ),
        walls.append_only("outreach_contactpolicychange"),
        walls.append_only("outreach_messageevent"),
        walls.append_only("outreach_touch"),
        walls.audited("outreach_messagetemplate"),
        walls.audited("outreach_contactpolicychange"),
        walls.audited("outreach_message", ("INSERT", "DELETE")),
        walls.audited("outreach_messageevent", ("INSERT",)),
        walls.audited("outreach_touch", ("INSERT",)),
    ]
