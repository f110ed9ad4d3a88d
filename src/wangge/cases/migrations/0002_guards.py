"""Row-level security of requesters, and the trigger behind exact counts."""

from django.db import migrations

from wangge.cases.tallies import DROP_SQL, TRIGGER_SQL

REQUESTER = """
ALTER TABLE cases_requester ENABLE ROW LEVEL SECURITY;
ALTER TABLE cases_requester FORCE ROW LEVEL SECURITY;
CREATE POLICY cases_requester_scope ON cases_requester USING (
    current_setting('wangge.paths', true) = '*'
    OR EXISTS (
        SELECT 1 FROM cases_case AS c WHERE c.id = case_id AND (
            EXISTS (
                SELECT 1 FROM unnest(string_to_array(nullif(current_setting('wangge.paths', true), ''), ',')) AS prefix
                WHERE c.path LIKE prefix || '%')
            OR c.office_ids && string_to_array(nullif(current_setting('wangge.offices', true), ''), ',')::bigint[]
        )
    )
) WITH CHECK (true);
"""
REQUESTER_OFF = """
DROP POLICY cases_requester_scope ON cases_requester;
ALTER TABLE cases_requester NO FORCE ROW LEVEL SECURITY;
ALTER TABLE cases_requester DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]
    operations = [
        migrations.RunSQL(TRIGGER_SQL, DROP_SQL),
        migrations.RunSQL(REQUESTER, REQUESTER_OFF),
    ]
