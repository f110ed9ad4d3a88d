"""Checks are seen by place and office, as the cases they are about."""

from django.db import migrations

from wangge.kernel.access import database


class Migration(migrations.Migration):
    dependencies = [("replies", "0001_reply_checks")]
    operations = [
        migrations.RunSQL(database.protect("replies_replycheck"), database.unprotect("replies_replycheck")),
    ]
