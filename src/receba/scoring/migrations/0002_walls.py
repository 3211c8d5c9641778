"""Row-level security and audit. Scores are a projection that any day can compute again: the day's row is audited."""

from django.db import migrations

from receba.access import walls


class Migration(migrations.Migration):
    dependencies = [("scoring", "0001_initial"), ("ledger", "0002_walls")]

    operations = [
        walls.company_wall("scoring_indexday"),
        walls.company_wall("scoring_score", walls.through("scoring_score.debtor_id", "ledger_title", "debtor_id")),
        walls.audited("scoring_indexday"),
    ]
