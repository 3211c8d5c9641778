"""Row-level security and audit. The rule by portfolio comes with the ledger, which knows titles."""

from django.db import migrations

from receba.access import walls


class Migration(migrations.Migration):
    dependencies = [("parties", "0001_initial"), ("access", "0002_walls")]

    operations = [walls.audited("parties_debtor"), walls.audited("parties_contact")]
