"""What was frozen is never rewritten; appeals and sheets are seen within the scope of the connection."""

from django.db import migrations

from wangge.kernel.access import database

KEEP = """
CREATE FUNCTION assessment_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'assessment_trace' THEN
        IF OLD.frozen THEN
            RAISE EXCEPTION 'frozen figures are never rewritten (%)', TG_TABLE_NAME;
        END IF;
    ELSIF OLD.round > 0 THEN
        RAISE EXCEPTION 'frozen figures are never rewritten (%)', TG_TABLE_NAME;
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END
$$;
CREATE TRIGGER assessment_keep_trace BEFORE UPDATE OR DELETE ON assessment_trace
    FOR EACH ROW EXECUTE FUNCTION assessment_keep();
CREATE TRIGGER assessment_keep_figure BEFORE UPDATE OR DELETE ON assessment_figure
    FOR EACH ROW EXECUTE FUNCTION assessment_keep();
CREATE TRIGGER assessment_keep_score BEFORE UPDATE OR DELETE ON assessment_score
    FOR EACH ROW EXECUTE FUNCTION assessment_keep();
CREATE TRIGGER assessment_keep_adjustment BEFORE UPDATE OR DELETE ON assessment_adjustment
    FOR EACH ROW EXECUTE FUNCTION assessment_keep();
"""
KEEP_BACK = """
DROP TRIGGER assessment_keep_trace ON assessment_trace;
DROP TRIGGER assessment_keep_figure ON assessment_figure;
DROP TRIGGER assessment_keep_score ON assessment_score;
DROP TRIGGER assessment_keep_adjustment ON assessment_adjustment;
DROP FUNCTION assessment_keep();
"""
# A line has no place of its own: the sheet says where.
LINE = database.protect(
    "assessment_workerline",
    condition=f"EXISTS (SELECT 1 FROM assessment_workersheet AS s WHERE s.id = sheet_id AND {database.covered('s')})",
)


class Migration(migrations.Migration):
    dependencies = [("assessment", "0001_tables")]
    operations = [
        migrations.RunSQL(KEEP, KEEP_BACK),
        migrations.RunSQL(database.protect("assessment_appeal"), database.unprotect("assessment_appeal")),
        migrations.RunSQL(database.protect("assessment_workersheet"), database.unprotect("assessment_workersheet")),
        migrations.RunSQL(LINE, database.unprotect("assessment_workerline")),
    ]
