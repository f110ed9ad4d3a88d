"""Names come from addresses of cases: the place guards them twice, as it does the cases' topics."""

from importlib import import_module

from django.db import migrations

from wangge.kernel.access import database

below = import_module("wangge.insight.topics.migrations.0002_guards").below
TABLE = "places_learnedname"


class Migration(migrations.Migration):
    dependencies = [("places", "0001_learned_names"), ("topics", "0002_guards")]
    operations = [migrations.RunSQL(database.protect(TABLE, condition=below(TABLE)), database.unprotect(TABLE))]
