"""What a street closed on a day lies in an index of its own. No index that nobody asks: the holder of open cases has a
better one, duties are never removed, late clocks are found by what is still to be told of them."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.functions import Left


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0016_thin_lists'),
        ('duties', '0003_lead_alternatives'),
        ('organization', '0003_office_kinds'),
    ]

    operations = [
        migrations.AddIndex(
            "case",
            models.Index(
                Left("path", 9),
                F("closed_at").desc(),
                include=["path", "created_at", "id"],
                name="case_street_closed",
                condition=Q(closed_at__isnull=False),
            ),
        ),
        migrations.RemoveIndex(
            model_name='caseclock',
            name='case_clock_due',
        ),
        migrations.AlterField(
            model_name='case',
            name='duty',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='duties.duty'),
        ),
        migrations.AlterField(
            model_name='case',
            name='holder_office',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organization.office', verbose_name='当前办理单位'),
        ),
    ]
