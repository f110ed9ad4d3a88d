"""Lists of a million cases: indexes that carry the path, counts by office, no index twice, a vacuum that keeps up."""

from __future__ import annotations

import django.db.models.deletion
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

# Index-only scans and counts need pages known to be visible; a fifth of a million rows is too long to wait for.
VACUUM = """
ALTER TABLE cases_case SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02);
ALTER TABLE cases_casetally SET (autovacuum_vacuum_scale_factor = 0.1, autovacuum_vacuum_threshold = 2000);
"""
VACUUM_BACK = """
ALTER TABLE cases_case RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_insert_scale_factor);
ALTER TABLE cases_casetally RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold);
"""
# The trigger's function, with its columns, and the counts come with 0009.
COUNT_ANEW = "TRUNCATE cases_casetally"


def _key(to: str, related_name: str, **options: object) -> models.ForeignKey:
    return models.ForeignKey(
        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name=related_name, to=to, **options
    )


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("cases", "0006_hotlines"), ("duties", "0001_initial")]
    operations = [
        migrations.RemoveIndex("casetally", "tally_path"),
        migrations.RenameField("casetally", "lead_office_id", "office_id"),
        migrations.RunSQL(COUNT_ANEW, migrations.RunSQL.noop),
        migrations.AddIndex(
            "casetally", models.Index(fields=["office_id", "path", "state"], include=["number"], name="tally_key")
        ),
        AddIndexConcurrently(
            "case", models.Index(fields=["-created_at", "-id"], include=["path"], name="case_created_path")
        ),
        AddIndexConcurrently(
            "case", models.Index(fields=["state", "-created_at", "-id"], include=["path"], name="case_state_created")
        ),
        AddIndexConcurrently(
            "case",
            models.Index(fields=["kind", "-created_at", "-id"], include=["path"], name="case_kind_created_path"),
        ),
        RemoveIndexConcurrently("case", "case_created"),
        RemoveIndexConcurrently("case", "case_kind_created"),
        RemoveIndexConcurrently("case", "case_path_id"),
        migrations.AlterField(
            "case",
            "kind",
            models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="duties.kind",
                verbose_name="类别",
            ),
        ),
        migrations.AlterField(
            "case", "root", _key("cases.case", "repeats", blank=True, null=True, verbose_name="主事项")
        ),
        migrations.AlterField("casetransition", "subject", _key("cases.case", "transitions")),
        migrations.AlterField("caseclock", "case", _key("cases.case", "clocks")),
        migrations.AlterField("contact", "case", _key("cases.case", "contacts")),
        migrations.AlterField("callback", "case", _key("cases.case", "call_back_rows")),
        migrations.AlterField("notice", "case", _key("cases.case", "notices")),
        migrations.RunSQL(VACUUM, VACUUM_BACK),
    ]
