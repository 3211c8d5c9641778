"""Row-level security, append-only entries, audit."""

from django.db import migrations

from receba.access import walls
from receba.access.walls import through

TITLE = "ledger_title"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial"), ("parties", "0002_walls")]

    operations = [
        walls.company_wall("parties_debtor", through("parties_debtor.id", TITLE, "debtor_id")),
        walls.company_wall("parties_contact", through("parties_contact.debtor_id", TITLE, "debtor_id")),
        walls.company_wall("ledger_terms"),
        walls.company_wall(TITLE, walls.by_portfolio()),
        walls.company_wall("ledger_entry", through("ledger_entry.title_id", TITLE)),
        walls.company_wall("ledger_duechange", through("ledger_duechange.title_id", TITLE)),
        walls.company_wall("ledger_hold", through("ledger_hold.debtor_id", TITLE, "debtor_id")),
        walls.append_only("ledger_entry"),
        walls.append_only("ledger_duechange"),
        walls.append_only("ledger_terms"),
        walls.append_only("ledger_priceindexmonth"),
        *(
            walls.audited(f"ledger_{table}")
            for table in ("terms", "title", "entry", "duechange", "hold", "priceindex", "priceindexmonth")
        ),
    ]
