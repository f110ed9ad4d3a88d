"""A street's cases in an index of their own, the newest first; what was open on a past day without reading all since."""

from __future__ import annotations

from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.functions import Left


class Migration(migrations.Migration):
    dependencies = [("cases", "0014_imported_rows")]
    operations = [
        migrations.AddIndex(
            "case",
            models.Index(Left("path", 9), F("created_at").desc(), F("id").desc(), include=["path"], name="case_street_new"),
        ),
        migrations.RemoveIndex("case", "case_closed_seen"),
        migrations.AddIndex(
            "case",
            models.Index(
                F("closed_at").desc(),
                F("created_at"),
                include=["path", "office_ids"],
                name="case_closed_seen",
                condition=Q(closed_at__isnull=False),
            ),
        ),
        # Streets are many and unlike in size: a hundred values tell the planner little of them.
        migrations.RunSQL("ALTER TABLE cases_case ALTER path SET STATISTICS 1000", migrations.RunSQL.noop),
    ]
