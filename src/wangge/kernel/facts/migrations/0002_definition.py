"""By which definition a day was built; empty for the days built before."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("facts", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="factbuilt",
            name="definition",
            field=models.CharField(blank=True, db_collation="C", db_default="", max_length=16, verbose_name="口径"),
        ),
    ]
