"""Row-level security and audit. KPIs are a projection that any day can compute again."""

from django.db import migrations

from receba.access import walls


class Migration(migrations.Migration):
    dependencies = [("reporting", "0001_initial"), ("ledger", "0002_walls")]

    operations = [
        walls.company_wall("reporting_kpiday", walls.by_portfolio()),
        walls.company_wall("reporting_capitalcost"),
        walls.append_only("reporting_capitalcost"),
        walls.audited("reporting_capitalcost"),
    ]
