"""Indexes that hold all that says which cases a page shows: a day's of an office, a street's in a state."""

from __future__ import annotations

from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.functions import Left


class Migration(migrations.Migration):
    dependencies = [("cases", "0015_streets_newest")]
    operations = [
        migrations.RemoveIndex("case", "case_created_path"),
        migrations.AddIndex(
            "case",
            models.Index(fields=["-created_at", "-id"], include=["path", "office_ids"], name="case_created_seen"),
        ),
        migrations.RemoveIndex("case", "case_closed_seen"),
        migrations.AddIndex(
            "case",
            models.Index(
                F("closed_at").desc(),
                F("created_at"),
                include=["path", "office_ids", "id"],
                name="case_closed_seen",
                condition=Q(closed_at__isnull=False),
            ),
        ),
        migrations.RemoveIndex("case", "case_dispatched_seen"),
        migrations.AddIndex(
            "case",
            models.Index(
                fields=["-dispatched_at"],
                include=["path", "office_ids", "created_at", "id"],
                name="case_dispatched_seen",
                condition=Q(dispatched_at__isnull=False),
            ),
        ),
        migrations.AddIndex(
            "case",
            models.Index(
                Left("path", 9),
                F("state"),
                F("created_at").desc(),
                F("id").desc(),
                include=["path"],
                name="case_street_state",
            ),
        ),
    ]
