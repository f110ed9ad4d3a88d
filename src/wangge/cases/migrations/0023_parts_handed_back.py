"""An office is told that a part it gave was handed back."""

from __future__ import annotations

from django.db import migrations, models

KINDS = [
    ("warning", "临期提醒"),
    ("overdue", "超期升级"),
    ("supervision", "督办"),
    ("resumed", "挂账到期"),
    ("handed_back", "退回交办"),
]


class Migration(migrations.Migration):
    dependencies = [("cases", "0022_ascending_indexes")]
    operations = [
        migrations.AlterField("notice", "kind", models.CharField(choices=KINDS, max_length=12, verbose_name="类别"))
    ]
