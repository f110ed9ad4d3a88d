"""Indexes that carry the offices: what one office has in a kind, in a month or overdue is counted within them."""

from __future__ import annotations

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models import Q

SEEN = (
    ("case_closed_seen", ["-closed_at"], ["path", "office_ids", "created_at"]),
    ("case_dispatched_seen", ["-dispatched_at"], ["path", "office_ids", "created_at"]),
    ("case_due_seen", ["next_due_at", "id"], ["path", "office_ids"]),
)
BEFORE = ("case_kind_created_path", "case_closed_path", "case_dispatched_path", "case_due_path")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("cases", "0010_import_runs")]
    operations = [
        AddIndexConcurrently(
            "case",
            models.Index(fields=["kind", "-created_at", "-id"], include=["path", "office_ids"], name="case_kind_seen"),
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
            for name, fields, include in SEEN
        ),
        *(RemoveIndexConcurrently("case", name) for name in BEFORE),
    ]
