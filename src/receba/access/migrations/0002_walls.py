"""The audit chain, and triggers on who may enter where."""

from django.db import migrations

from receba.access import walls


class Migration(migrations.Migration):
    dependencies = [("access", "0001_initial")]

    operations = [
        migrations.RunSQL(walls.FUNCTIONS),
        migrations.RunSQL(walls.CLOSE_THE_LOG),
        *(walls.audited(f"access_{table}") for table in ("operator", "company", "portfolio", "person", "grant")),
    ]
