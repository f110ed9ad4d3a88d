"""By which definitions a month was counted; empty for the months frozen before."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("assessment", "0003_single_rows")]
    operations = [
        migrations.AddField(
            model_name="round",
            name="facts",
            field=models.JSONField(blank=True, db_default={}, default=dict, verbose_name="数据项口径"),
        ),
    ]
