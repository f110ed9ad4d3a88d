"""Offices are told of closing and of evaluations."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('whistle', '0009_fewer_indexes'),
    ]

    operations = [
        migrations.AlterField(
            model_name='whistlenotice',
            name='kind',
            field=models.CharField(choices=[('summoned', '新哨'), ('warning', '临期提醒'), ('overdue', '超时升级'), ('raised', '提级督办'), ('objected', '异议待裁'), ('reported', '已反馈'), ('returned', '退回'), ('decided', '裁定'), ('meeting', '协调会'), ('resumed', '挂起到期'), ('closed', '销哨'), ('rated', '评价')], max_length=12, verbose_name='类别'),
        ),
    ]
