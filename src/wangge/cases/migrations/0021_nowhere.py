from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0020_supervised")]
    operations = [
        migrations.AddField("importrun", "nowhere", models.PositiveIntegerField("其中地点不明", default=0)),
    ]
