"""No index that nobody asks: late clocks are found by what is still to be told of them."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('whistle', '0008_days_of_resolutions'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='summonsclock',
            name='summons_clock_due',
        ),
    ]
