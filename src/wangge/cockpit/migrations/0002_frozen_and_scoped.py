"""What was made stays as it was made; the database keeps each page to its place."""

from django.db import migrations

from wangge.kernel.access import database

FROZEN = """
CREATE FUNCTION cockpit_brief_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a morning page is never deleted';
    END IF;
    IF (NEW.path, NEW.office_id, NEW.office_ids, NEW.level, NEW.for_on, NEW.headline, NEW.content, NEW.digest, NEW.made_at)
       IS DISTINCT FROM
       (OLD.path, OLD.office_id, OLD.office_ids, OLD.level, OLD.for_on, OLD.headline, OLD.content, OLD.digest, OLD.made_at)
    THEN
        RAISE EXCEPTION 'a morning page is frozen as it was made';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER cockpit_brief_frozen BEFORE UPDATE OR DELETE ON cockpit_brief
    FOR EACH ROW EXECUTE FUNCTION cockpit_brief_frozen();
ALTER TABLE cockpit_brief ENABLE ALWAYS TRIGGER cockpit_brief_frozen;
"""
THAWED = "DROP TRIGGER cockpit_brief_frozen ON cockpit_brief; DROP FUNCTION cockpit_brief_frozen();"
MAILING = database.protect(
    "cockpit_briefmailing",
    condition=f"EXISTS (SELECT 1 FROM cockpit_brief AS b WHERE b.id = brief_id AND {database.covered('b')})",
)


class Migration(migrations.Migration):
    dependencies = [("cockpit", "0001_morning_pages")]
    operations = [
        migrations.RunSQL(FROZEN, THAWED),
        migrations.RunSQL(database.protect("cockpit_brief"), database.unprotect("cockpit_brief")),
        migrations.RunSQL(database.protect("cockpit_briefsubscription"), database.unprotect("cockpit_briefsubscription")),
        migrations.RunSQL(MAILING, database.unprotect("cockpit_briefmailing")),
    ]
