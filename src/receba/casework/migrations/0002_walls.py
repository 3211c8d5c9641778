"""Row-level security, append-only interactions, audit. The queue is a projection that the day builds again."""

from django.db import migrations

from receba.access import walls

TITLE = "ledger_title"


class Migration(migrations.Migration):
    dependencies = [("casework", "0001_initial"), ("ledger", "0002_walls")]

    operations = [
        walls.company_wall("casework_queueday"),
        walls.company_wall("casework_queueitem", walls.by_portfolio()),
        walls.company_wall("casework_interaction", walls.through("casework_interaction.debtor_id", TITLE, "debtor_id")),
        walls.append_only("casework_interaction"),
        walls.audited("casework_interaction"),
    ]
