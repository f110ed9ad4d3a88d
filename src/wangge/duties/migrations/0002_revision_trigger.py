"""One token for all tables of duties, changed by every write: process caches compare it."""

from django.db import migrations

WATCHED = (
    "duties_catalogue",
    "duties_kind",
    "duties_dutylist",
    "duties_dutyitem",
    "duties_limitclass",
    "duties_duty",
    "duties_duty_assist_offices",
)

FUNCTION = """
CREATE FUNCTION duties_touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO duties_revision (id, token) VALUES (1, gen_random_uuid())
  ON CONFLICT (id) DO UPDATE SET token = excluded.token;
  RETURN NULL;
END $$;
"""
TRIGGERS = "".join(
    f"CREATE TRIGGER duties_touch AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
    f"FOR EACH STATEMENT EXECUTE FUNCTION duties_touch();\n"
    for table in WATCHED
)
UNDO = "DROP FUNCTION duties_touch() CASCADE;"


class Migration(migrations.Migration):
    dependencies = [("duties", "0001_initial")]
    operations = [migrations.RunSQL(FUNCTION + TRIGGERS, UNDO)]
