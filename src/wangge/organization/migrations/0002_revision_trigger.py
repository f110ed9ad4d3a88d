"""Stamps ``organization_revision`` with the transaction that changed an office, whatever way it was changed."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION organization_office_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO organization_revision (id, value) VALUES (1, pg_current_xact_id()::text::bigint)
    ON CONFLICT (id) DO UPDATE SET value = excluded.value WHERE organization_revision.value <> excluded.value;
    RETURN NULL;
END $$;
CREATE TRIGGER organization_office_changed
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON organization_office
    FOR EACH STATEMENT EXECUTE FUNCTION organization_office_changed();
"""
REVERSE = """
DROP TRIGGER organization_office_changed ON organization_office;
DROP FUNCTION organization_office_changed();
"""


class Migration(migrations.Migration):
    dependencies = [("organization", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, REVERSE)]
