"""Row-level security and audit."""

from django.db import migrations

from receba.access import walls


class Migration(migrations.Migration):
    dependencies = [("daily", "0001_initial"), ("access", "0002_walls")]

    operations = [
        walls.company_wall("daily_dailyrun"),
        walls.company_wall("daily_dailystep"),
        walls.audited("daily_dailyrun"),
    ]
