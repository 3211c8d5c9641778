"""Row-level security, published versions that nobody edits, audit."""

from django.db import migrations

from receba.access import walls
from receba.access.walls import through


class Migration(migrations.Migration):
    dependencies = [("ruler", "0001_initial"), ("ledger", "0002_walls"), ("segments", "0002_walls"), ("scoring", "0002_walls")]

    operations = [
        walls.company_wall("ruler_ruler"),
        walls.company_wall("ruler_rulerversion"),
        walls.company_wall("ruler_assignment"),
        walls.company_wall("ruler_decision", through("ruler_decision.debtor_id", "ledger_title", "debtor_id")),
        walls.company_wall("ruler_decisiontitle", through("ruler_decisiontitle.title_id", "ledger_title")),
        walls.append_only("ruler_rulerversion"),
        *(walls.audited(f"ruler_{table}") for table in ("ruler", "rulerversion", "assignment", "decision", "decisiontitle")),
    ]
