"""Loads the shipped kinds of office."""

import csv
from pathlib import Path

from django.db import migrations


def load(apps, schema_editor):
    model = apps.get_model("organization", "OfficeKind")
    file = Path(__file__).parent.parent / "data" / "kinds.csv"
    with file.open(encoding="utf-8", newline="") as handle:
        rows = [model(**row, sort=number * 10) for number, row in enumerate(csv.DictReader(handle), start=1)]
    model.objects.bulk_create(rows, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("organization", "0002_revision_trigger")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
