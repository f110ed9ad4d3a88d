"""Marks of a street carry the version that a form was filled on."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("assessment", "0004_round_facts")]
    operations = [
        # Rows that are there have been given once; 0 is the version of none.
        migrations.AddField(
            model_name="evaluation",
            name="version",
            field=models.PositiveIntegerField(default=1, editable=False, verbose_name="版本"),
        ),
        migrations.AlterField(
            model_name="evaluation",
            name="version",
            field=models.PositiveIntegerField(default=0, editable=False, verbose_name="版本"),
        ),
    ]
