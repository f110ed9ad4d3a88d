"""Row-level security of requesters, and the trigger behind exact counts."""

from django.db import migrations

from wangge.cases.tallies import DROP_SQL, TRIGGER_SQL
from wangge.kernel.access import database

# A requester has no place of its own: the case says where.
REQUESTER = database.protect(
    "cases_requester",
    condition=f"EXISTS (SELECT 1 FROM cases_case AS c WHERE c.id = case_id AND {database.covered('c')})",
)


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]
    operations = [
        migrations.RunSQL(TRIGGER_SQL, DROP_SQL),
        migrations.RunSQL(REQUESTER, database.unprotect("cases_requester")),
    ]
