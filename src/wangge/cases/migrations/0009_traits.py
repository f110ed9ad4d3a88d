"""Counts by every trait lists are narrowed by; indexes for what is rare, due, dispatched, closed; none twice."""

from __future__ import annotations

import django.db.models.deletion
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models import Q

from wangge.cases.tallies import FUNCTION_SQL, REBUILD_SQL

# Sent as one, hence one transaction: no writer between the new function and the new counts.
COUNT_ANEW = (
    f"LOCK TABLE cases_case IN SHARE ROW EXCLUSIVE MODE; TRUNCATE cases_casetally; {FUNCTION_SQL} {REBUILD_SQL}"
)
# Numbers are looked up whole; the second index of the unique column served only their beginnings.
UNUSED = "DROP INDEX IF EXISTS cases_case_number_980c9551_like"
UNUSED_BACK = (
    "CREATE INDEX IF NOT EXISTS cases_case_number_980c9551_like ON cases_case USING btree (number varchar_pattern_ops)"
)
RARE = (
    ("case_rare_urgency", ["urgency"], ~Q(urgency="normal")),
    ("case_rare_channel", ["channel"], ~Q(channel="platform") & ~Q(channel="hotline")),
    ("case_rare_demand", ["demand_type"], ~Q(demand_type="complaint") & ~Q(demand_type="help")),
    ("case_problem", [], Q(is_problem=True)),
    ("case_private", [], Q(is_private=True)),
    ("case_unsolved", [], Q(solved="no")),
    ("case_unsatisfied", [], Q(satisfaction__in=["2", "1"])),
)
TRAITS = ("channel", "demand_type", "urgency", "hotline", "solved", "satisfaction")
SIZES = {"hotline": 40, "solved": 10, "satisfaction": 1}
FLAGS = ("is_problem", "is_private", "is_member", "is_lead", "is_holder")


def _office(**options: object) -> models.ForeignKey:
    return models.ForeignKey(
        db_index=False,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to="organization.office",
        **options,
    )


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("cases", "0008_finish_due_index"), ("organization", "0001_initial")]
    operations = [
        *(
            migrations.AddField("casetally", name, models.CharField(max_length=SIZES.get(name, 12), db_default=""))
            for name in TRAITS
        ),
        *(migrations.AddField("casetally", name, models.BooleanField(db_default=False)) for name in FLAGS),
        migrations.RunSQL(COUNT_ANEW, migrations.RunSQL.noop),
        migrations.RemoveIndex("casetally", "tally_key"),
        migrations.AddIndex(
            "casetally",
            models.Index(
                fields=["office_id", "path", "state"], include=["number", *TRAITS, *FLAGS], name="tally_traits"
            ),
        ),
        *(
            AddIndexConcurrently(
                "case",
                models.Index(fields=[*by, "-created_at", "-id"], include=["path"], name=name, condition=rare),
            )
            for name, by, rare in RARE
        ),
        *(
            AddIndexConcurrently(
                "case",
                models.Index(
                    fields=fields,
                    include=include,
                    name=name,
                    condition=Q(**{f"{fields[0].removeprefix('-')}__isnull": False}),
                ),
            )
            for name, fields, include in (
                ("case_closed_path", ["-closed_at"], ["path", "created_at"]),
                ("case_dispatched_path", ["-dispatched_at"], ["path", "created_at"]),
                ("case_due_path", ["next_due_at", "id"], ["path"]),
            )
        ),
        AddIndexConcurrently(
            "case",
            models.Index(fields=["lead_office", "-created_at", "-id"], include=["path"], name="case_lead_created"),
        ),
        RemoveIndexConcurrently("case", "case_closed_at"),
        migrations.AlterField("case", "lead_office", _office(blank=True, null=True, verbose_name="主办单位")),
        migrations.AlterField("casepart", "office", _office(verbose_name="单位")),
        migrations.RunSQL(UNUSED, UNUSED_BACK),
    ]
