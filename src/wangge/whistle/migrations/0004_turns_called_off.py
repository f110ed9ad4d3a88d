"""A turn of the roster that was called off keeps its row."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("whistle", "0003_guards_and_limits")]
    operations = [
        migrations.AddField(
            model_name="postureduty",
            name="called_off_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="取消时间"),
        ),
    ]
