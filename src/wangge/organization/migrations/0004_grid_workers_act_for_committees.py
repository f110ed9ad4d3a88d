"""Whoever works in a grid acts for its committee there; so far their grants named no office."""

from django.db import migrations

SQL = """
UPDATE access_grant AS g SET office_id = o.id
FROM territory_gridstaff AS s
JOIN territory_grid AS t ON t.id = s.grid_id
JOIN organization_office AS o ON o.kind = 'community' AND o.path = left(t.code, 12) AND o.valid_to IS NULL
WHERE s.grant_id = g.id AND s.valid_to IS NULL AND g.valid_to IS NULL AND g.office_id IS NULL
"""


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0003_address_locks"),
        ("organization", "0003_office_kinds"),
        ("territory", "0001_initial"),
    ]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
