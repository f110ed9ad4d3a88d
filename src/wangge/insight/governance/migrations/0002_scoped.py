"""Tasks are seen by place and office; their lines and steps with them."""

from django.db import migrations

from wangge.kernel.access import database

TASK = "governance_governancetask"


def _through(column: str) -> str:
    return f"EXISTS (SELECT 1 FROM {TASK} AS t WHERE t.id = {column} AND {database.covered('t')})"


class Migration(migrations.Migration):
    dependencies = [("governance", "0001_governance_tasks")]
    operations = [
        migrations.RunSQL(database.protect(TASK), database.unprotect(TASK)),
        migrations.RunSQL(
            database.protect("governance_governanceitem", condition=_through("task_id")),
            database.unprotect("governance_governanceitem"),
        ),
        migrations.RunSQL(
            database.protect("governance_governancetransition", condition=_through("subject_id")),
            database.unprotect("governance_governancetransition"),
        ),
    ]
