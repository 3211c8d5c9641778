"""Finding a debtor by any word of the name, and by an address."""

import django.db.models.deletion
from django.db import migrations, models

from receba.access import walls
from receba.access.walls import through

# The same words as core/names.py, LONGEST and PARTICLES included. Whoever writes a debtor, the words follow.
WORDS = r"""
CREATE FUNCTION parties_words(name text) RETURNS SETOF text LANGUAGE sql IMMUTABLE AS $$
    SELECT DISTINCT left(word, 40)
      FROM regexp_split_to_table(
               lower(regexp_replace(normalize(name, NFD), '[\u0300-\u036F]', '', 'g')), '[^a-z0-9]+') word
     WHERE word NOT IN ('', 'da', 'das', 'de', 'do', 'dos', 'e')
$$;

-- The planner knows nothing of a transition table and would loop over it.
CREATE FUNCTION parties_name_words() RETURNS trigger LANGUAGE plpgsql SET enable_nestloop = off AS $$
BEGIN
    INSERT INTO parties_nameword (company_id, word, debtor_id)
    SELECT n.company_id, w, n.id FROM new_rows n, parties_words(n.name) w;
    RETURN NULL;
END $$;
CREATE TRIGGER named AFTER INSERT ON parties_debtor REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION parties_name_words();

CREATE FUNCTION parties_rename_words() RETURNS trigger LANGUAGE plpgsql SET enable_nestloop = off AS $$
DECLARE renamed bigint[];
BEGIN
    SELECT array_agg(id) INTO renamed FROM new_rows n JOIN old_rows o USING (id) WHERE n.name <> o.name;
    IF renamed IS NULL THEN RETURN NULL; END IF;
    -- one pass over the company's words, for one name or thousands: no join that could be planned badly
    DELETE FROM parties_nameword WHERE debtor_id = ANY (renamed);
    INSERT INTO parties_nameword (company_id, word, debtor_id)
    SELECT n.company_id, w, n.id FROM new_rows n, parties_words(n.name) w WHERE n.id = ANY (renamed);
    RETURN NULL;
END $$;
CREATE TRIGGER renamed AFTER UPDATE ON parties_debtor REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION parties_rename_words();

-- Those registered already. The owner of the tables sees no company's rows: the wall is down for these statements.
ALTER TABLE parties_debtor NO FORCE ROW LEVEL SECURITY;
INSERT INTO parties_nameword (company_id, word, debtor_id)
SELECT d.company_id, w, d.id FROM parties_debtor d, parties_words(d.name) w;
ALTER TABLE parties_debtor FORCE ROW LEVEL SECURITY;
"""


def key(model, **more):
    return models.ForeignKey(
        to=model, on_delete=django.db.models.deletion.DO_NOTHING, db_constraint=False, db_index=False, **more
    )


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0003_first_password"),
        ("parties", "0003_indices_that_are_used"),
        ("ledger", "0003_indices_that_are_used"),
    ]

    operations = [
        migrations.AddIndex("contact", models.Index(fields=["company", "value"], name="parties_con_company_9fdfbe_idx")),
        migrations.CreateModel(
            name="NameWord",
            fields=[
                ("company", key("access.company", related_name="+")),
                ("word", models.CharField(max_length=40, db_collation="C")),
                ("debtor", key("parties.debtor", related_name="words")),
                ("pk", models.CompositePrimaryKey(
                    "company_id", "word", "debtor_id", blank=True, editable=False, primary_key=True, serialize=False
                )),
            ],
        ),
        migrations.RunSQL(
            WORDS,
            "DROP FUNCTION parties_name_words CASCADE; DROP FUNCTION parties_rename_words CASCADE;"
            " DROP FUNCTION parties_words(text)",
        ),
        walls.company_wall("parties_nameword", through("parties_nameword.debtor_id", "ledger_title", "debtor_id")),
    ]
