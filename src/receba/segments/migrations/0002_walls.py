"""Row-level security. Stays are a projection of ledger and scores, told again by any run: not audited row by row."""

from django.db import migrations

from receba.access import walls


class Migration(migrations.Migration):
    dependencies = [("segments", "0001_initial"), ("ledger", "0002_walls")]

    operations = [
        walls.company_wall(
            "segments_membership", walls.through("segments_membership.debtor_id", "ledger_title", "debtor_id")
        ),
    ]
