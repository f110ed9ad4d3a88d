"""Marks of street and offices beside the words of every case."""

from __future__ import annotations

import django.contrib.postgres.indexes
from django.db import migrations

from wangge.cases.words import DROP_MARKS_SQL, MARK_ALL_SQL, MARKS_SQL

INDEX = django.contrib.postgres.indexes.GinIndex(fields=["vector"], name="case_words")


class Migration(migrations.Migration):
    dependencies = [("cases", "0012_tallies_by_street")]
    operations = [
        # Built anew afterwards: a tenth of the time that following every row would take.
        migrations.RemoveIndex("casetext", "case_words"),
        migrations.RunSQL(MARK_ALL_SQL, migrations.RunSQL.noop),
        migrations.RunSQL(MARKS_SQL, DROP_MARKS_SQL),
        migrations.AddIndex("casetext", INDEX),
    ]
