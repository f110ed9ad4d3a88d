"""Row-level security: a name or a rise may say what somebody complained of, so the place guards it twice."""

from django.db import migrations

from wangge.kernel.access import database

TABLES = ("topics_topic", "topics_topicmember", "topics_rise", "topics_forecast")


def below(table: str) -> str:
    """These tables have a place and no offices."""
    seen = "(SELECT string_to_array(nullif(current_setting('wangge.paths', true), ''), ','))::text[]"
    return f"{table}.path ^@ ANY ({seen})"


class Migration(migrations.Migration):
    dependencies = [("topics", "0001_topics_rises_forecasts")]
    operations = [
        migrations.RunSQL(database.protect(table, condition=below(table)), database.unprotect(table)) for table in TABLES
    ]
