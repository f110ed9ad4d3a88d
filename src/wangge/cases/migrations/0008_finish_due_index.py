"""What was due on a day is found without reading every case."""

from __future__ import annotations

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("cases", "0007_list_indexes")]
    operations = [
        AddIndexConcurrently(
            "case",
            models.Index(
                fields=["finish_due_at"], name="case_finish_due", condition=models.Q(finish_due_at__isnull=False)
            ),
        ),
    ]
