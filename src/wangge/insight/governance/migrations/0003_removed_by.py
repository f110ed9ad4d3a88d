"""Who struck a line out."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("governance", "0002_scoped")]
    operations = [
        migrations.AddField(
            model_name="governanceitem",
            name="removed_by_id",
            field=models.BigIntegerField(blank=True, null=True, verbose_name="删去人"),
        ),
    ]
