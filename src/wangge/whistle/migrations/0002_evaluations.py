"""Ratings of departments, judgements of the whistle, appeals against either."""

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("organization", "0002_revision_trigger"), ("whistle", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name='Rating',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('punctuality', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(5)], verbose_name='及时')),
                ('rank', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(5)], verbose_name='到场级别')),
                ('plan', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(5)], verbose_name='方案')),
                ('result', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(5)], verbose_name='结果')),
                ('attitude', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(5)], verbose_name='态度')),
                ('comment', models.CharField(blank=True, max_length=500, verbose_name='评语')),
                ('total', models.DecimalField(decimal_places=1, max_digits=5, verbose_name='总分')),
                ('set_aside', models.BooleanField(default=False, verbose_name='不计入考核')),
                ('at', models.DateTimeField(verbose_name='评价时间')),
                ('by_id', models.BigIntegerField(null=True, verbose_name='评价人')),
            ],
            options={
                'verbose_name': '部门评价',
                'verbose_name_plural': '部门评价',
            },
        ),
        migrations.CreateModel(
            name='Judgement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('verdict', models.CharField(choices=[('proper', '该吹'), ('partly', '基本合理'), ('improper', '不该吹')], max_length=10, verbose_name='研判')),
                ('reason', models.CharField(blank=True, max_length=500, verbose_name='理由')),
                ('final', models.BooleanField(default=False, verbose_name='区指挥中心意见')),
                ('set_aside', models.BooleanField(default=False, verbose_name='不计入考核')),
                ('at', models.DateTimeField(verbose_name='时间')),
                ('by_id', models.BigIntegerField(null=True, verbose_name='研判人')),
                ('office', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organization.office', verbose_name='单位')),
            ],
            options={
                'verbose_name': '吹哨研判',
                'verbose_name_plural': '吹哨研判',
            },
        ),
        migrations.CreateModel(
            name='Appeal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.TextField(max_length=2000, verbose_name='理由')),
                ('state', models.CharField(choices=[('pending', '待裁定'), ('upheld', '申诉成立'), ('refused', '维持原评')], default='pending', max_length=10, verbose_name='状态')),
                ('decision', models.TextField(blank=True, verbose_name='裁定意见')),
                ('at', models.DateTimeField(verbose_name='申诉时间')),
                ('by_id', models.BigIntegerField(null=True, verbose_name='申诉人')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='裁定时间')),
                ('decided_by_id', models.BigIntegerField(blank=True, null=True, verbose_name='裁定人')),
                ('judgement', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='appeal', to='whistle.judgement', verbose_name='研判')),
                ('rating', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='appeal', to='whistle.rating', verbose_name='评价')),
            ],
            options={
                'verbose_name': '申诉',
                'verbose_name_plural': '申诉',
            },
        ),
        migrations.AddField(
            model_name='rating',
            name='summons',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='rating', to='whistle.summons'),
        ),
        migrations.AddField(
            model_name='judgement',
            name='whistle',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='judgements', to='whistle.whistle'),
        ),
        migrations.AddIndex(
            model_name='appeal',
            index=models.Index(condition=models.Q(('state', 'pending')), fields=['at'], name='whistle_appeal_pending'),
        ),
        migrations.AddConstraint(
            model_name='appeal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('judgement__isnull', True), ('rating__isnull', False)), models.Q(('judgement__isnull', False), ('rating__isnull', True)), _connector='OR'), name='appeal_against_one'),
        ),
        migrations.AddConstraint(
            model_name='appeal',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'pending'), models.Q(models.Q(('decision', ''), _negated=True), ('decided_at__isnull', False)), _connector='OR'), name='appeal_decided_says_why'),
        ),
        migrations.AddIndex(
            model_name='rating',
            index=models.Index(fields=['at'], name='whistle_rating_at'),
        ),
        migrations.AddConstraint(
            model_name='rating',
            constraint=models.CheckConstraint(condition=models.Q(('attitude__range', (1, 5)), ('plan__range', (1, 5)), ('punctuality__range', (1, 5)), ('rank__range', (1, 5)), ('result__range', (1, 5)), ('total__range', (0, 100))), name='whistle_rating_in_bounds'),
        ),
        migrations.AddIndex(
            model_name='judgement',
            index=models.Index(fields=['at'], name='whistle_judgement_at'),
        ),
        migrations.AddConstraint(
            model_name='judgement',
            constraint=models.UniqueConstraint(fields=('whistle', 'office'), name='judgement_once'),
        ),
        migrations.AddConstraint(
            model_name='judgement',
            constraint=models.UniqueConstraint(condition=models.Q(('final', True)), fields=('whistle',), name='judgement_one_final'),
        ),
        migrations.AddConstraint(
            model_name='judgement',
            constraint=models.CheckConstraint(condition=models.Q(('verdict', 'proper'), models.Q(('reason', ''), _negated=True), _connector='OR'), name='judgement_improper_says_why'),
        ),
    ]
