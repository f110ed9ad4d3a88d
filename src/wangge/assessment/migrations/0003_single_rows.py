"""Traces of what is no case: the summonses and whistles behind a figure, one by one."""

import django.contrib.postgres.fields
from django.db import migrations, models


def numbers(label):
    return django.contrib.postgres.fields.ArrayField(
        base_field=models.BigIntegerField(), default=list, size=None, verbose_name=label
    )


class Migration(migrations.Migration):
    dependencies = [("assessment", "0002_guards")]
    operations = [
        migrations.AddField(
            model_name="trace",
            name="subject",
            field=models.CharField(
                choices=[("case", "事项"), ("summons", "报到通知"), ("whistle", "吹哨")],
                default="case",
                max_length=8,
                verbose_name="对象",
            ),
        ),
        migrations.AddField(model_name="trace", name="rows", field=numbers("明细")),
        migrations.AddField(model_name="trace", name="amounts", field=numbers("分值")),
    ]
