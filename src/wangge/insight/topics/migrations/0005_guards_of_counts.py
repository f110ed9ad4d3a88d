"""The tables that came later are guarded like the first ones."""

from importlib import import_module

from django.db import migrations

from wangge.kernel.access import database

below = import_module("wangge.insight.topics.migrations.0002_guards").below
TABLES = ("topics_topicrun", "topics_weekcount")


class Migration(migrations.Migration):
    dependencies = [("topics", "0004_week_counts")]
    operations = [
        migrations.RunSQL(database.protect(table, condition=below(table)), database.unprotect(table)) for table in TABLES
    ]
