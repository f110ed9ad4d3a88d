"""What PostgreSQL gathers about the columns of a case: as much as its plans need.

A thousand values of ``path`` mean that every analysis reads 300,000 rows, with all their columns: 24 s of a core
whenever the table has grown by a tenth, again and again while a year is imported. Four hundred are more than the
largest city has streets; and nothing is ever found by what a case says or rests on except through its words.
"""

from __future__ import annotations

from django.db import migrations

DESCRIBING = (
    "title", "text", "address", "crs", "list_item", "legal_basis", "dispatch_reason", "limit_name", "limits", "reply",
)  # fmt: skip


def targets(path: int, describing: int) -> str:
    each = ", ".join(f"ALTER {name} SET STATISTICS {describing}" for name in DESCRIBING)
    return f"ALTER TABLE cases_case ALTER path SET STATISTICS {path}, {each}"


class Migration(migrations.Migration):
    dependencies = [("cases", "0018_numbers_with_characters")]
    operations = [migrations.RunSQL(targets(400, 0), targets(1000, -1))]
