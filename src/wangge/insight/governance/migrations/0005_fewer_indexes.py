"""No index that nobody asks: late clocks are found by what is still to be told of them."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('governance', '0004_clocks_and_notices'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='governanceclock',
            name='governance_clock_due',
        ),
    ]
