"""What is under supervision, by due time: a few open cases of a large table have an index of their own."""

from __future__ import annotations

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q

LIVE = ["received", "dispatched", "returned", "handling", "suspended", "replied", "checked", "linked"]


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("cases", "0019_cheaper_analysis")]
    operations = [
        AddIndexConcurrently(
            "case",
            models.Index(
                fields=["next_due_at", "id"],
                include=["path", "office_ids"],
                name="case_supervised",
                condition=Q(supervised_at__isnull=False, state__in=LIVE),
            ),
        )
    ]
