"""Row-level security of whistles and check-ins; the limits a new installation begins with."""

from datetime import date

from django.db import migrations

from wangge.kernel.access import database

# A check-in has no place of its own: its whistle says where.
CHECK_IN = database.protect(
    "whistle_checkin",
    condition=(
        "EXISTS (SELECT 1 FROM whistle_summons AS s JOIN whistle_whistle AS w ON w.id = s.whistle_id"
        f" WHERE s.id = summons_id AND {database.covered('w')})"
    ),
)
BACKGROUND = "默认值，启用前按本地规定修改"
# kind, then value and unit of sign, arrive, plan and report.
ROWS = (
    ("emergency", (5, "minute"), (30, "minute"), (2, "hour"), (24, "hour"), "到场30分钟：平谷；其余为默认值"),
    ("work", (2, "working_hour"), (1, "working_day"), (2, "working_day"), (7, "working_day"), BACKGROUND),
    ("hard", (2, "working_hour"), (1, "working_day"), (3, "working_day"), (15, "working_day"), BACKGROUND),
)


def begin(apps, schema_editor):
    limit = apps.get_model("whistle", "WhistleLimit")
    for kind, sign, arrive, plan, report, source in ROWS:
        limit.objects.create(
            kind=kind,
            path="",
            sign_value=sign[0],
            sign_unit=sign[1],
            arrive_value=arrive[0],
            arrive_unit=arrive[1],
            plan_value=plan[0],
            plan_unit=plan[1],
            report_value=report[0],
            report_unit=report[1],
            valid_from=date(2020, 1, 1),
            source=source,
        )


class Migration(migrations.Migration):
    dependencies = [("whistle", "0002_evaluations")]
    operations = [
        migrations.RunSQL(database.protect("whistle_whistle"), database.unprotect("whistle_whistle")),
        migrations.RunSQL(CHECK_IN, database.unprotect("whistle_checkin")),
        migrations.RunPython(begin, migrations.RunPython.noop),
    ]
