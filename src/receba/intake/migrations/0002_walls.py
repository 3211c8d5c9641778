"""Row-level security and audit.

A file may hold rows of every portfolio, so people who see only some portfolios see no files at all. Contents and
progress are not audited: the file's digest is, and progress says nothing about a debt.
"""

from django.db import migrations

from receba.access import walls

_NO_PORTFOLIO = walls.by_portfolio("-1")
_TABLES = ("importfile", "importcontent", "importprogress", "savedmapping", "rejectedrow", "waitingsettlement")


class Migration(migrations.Migration):
    dependencies = [("intake", "0001_initial"), ("access", "0002_walls")]

    operations = [
        *(walls.company_wall(f"intake_{table}", _NO_PORTFOLIO) for table in _TABLES),
        *(
            walls.audited(f"intake_{table}")
            for table in ("importfile", "savedmapping", "rejectedrow", "waitingsettlement")
        ),
    ]
