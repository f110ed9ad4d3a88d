"""The indexes by time turned round: a new case goes to their right end, where a page fills up whole.

Descending ones took each new case at the left end, where PostgreSQL halves the page that is full; they are read
backwards as quickly. Clocks have one index for what the sweep does next instead of two.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import Case, F, Q, When
from django.db.models.functions import Left

RARE: tuple[tuple[str, list[str], Q], ...] = (
    ("case_rare_urgency", ["urgency"], ~Q(urgency="normal")),
    ("case_rare_channel", ["channel"], ~Q(channel="platform") & ~Q(channel="hotline")),
    ("case_rare_demand", ["demand_type"], ~Q(demand_type="complaint") & ~Q(demand_type="help")),
    ("case_problem", [], Q(is_problem=True)),
    ("case_private", [], Q(is_private=True)),
    ("case_unsolved", [], Q(solved="no")),
    ("case_unsatisfied", [], Q(satisfaction__in=["2", "1"])),
)
ASCENDING = [
    models.Index(fields=["path", "created_at"], name="case_path_created"),
    models.Index(fields=["created_at", "id"], include=["path", "office_ids"], name="case_created_seen"),
    models.Index(fields=["state", "created_at", "id"], include=["path"], name="case_state_created"),
    models.Index(fields=["kind", "created_at", "id"], include=["path", "office_ids"], name="case_kind_seen"),
    models.Index(Left("path", 9), F("created_at"), F("id"), include=["path"], name="case_street_new"),
    models.Index(Left("path", 9), F("state"), F("created_at"), F("id"), include=["path"], name="case_street_state"),
    models.Index(
        Left("path", 9), F("closed_at"), include=["path", "created_at", "id"],
        name="case_street_closed", condition=Q(closed_at__isnull=False),
    ),
    models.Index(
        F("closed_at"), F("created_at"), include=["path", "office_ids", "id"],
        name="case_closed_seen", condition=Q(closed_at__isnull=False),
    ),
    models.Index(
        fields=["dispatched_at"], include=["path", "office_ids", "created_at", "id"],
        name="case_dispatched_seen", condition=Q(dispatched_at__isnull=False),
    ),
    models.Index(fields=["lead_office", "created_at", "id"], include=["path"], name="case_lead_created"),
    *(
        models.Index(fields=[*by, "created_at", "id"], include=["path"], name=name, condition=rare)
        for name, by, rare in RARE
    ),
]  # fmt: skip


class ReplaceIndexes(Operation):
    """Indexes of a model replaced by others of their names: one change of the state, not two for each of them."""

    def __init__(self, model_name: str, indexes: list[models.Index]) -> None:
        self.model_name, self.indexes = model_name, {index.name: index for index in indexes}

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        options = state.models[app_label, self.model_name].options
        options["indexes"] = [self.indexes.get(index.name, index) for index in options["indexes"]]
        state.reload_model(app_label, self.model_name, delay=True)

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        for index in self._of(app_label, from_state):
            schema_editor.remove_index(model, index)
        for index in self._of(app_label, to_state):
            schema_editor.add_index(model, index)

    def database_backwards(self, *args: Any) -> None:
        self.database_forwards(*args)

    def _of(self, app_label: str, state: ProjectState) -> list[models.Index]:
        found = state.models[app_label, self.model_name].options["indexes"]
        return [index for index in found if index.name in self.indexes]


class Migration(migrations.Migration):
    dependencies = [("cases", "0021_nowhere")]
    operations = [
        ReplaceIndexes("case", ASCENDING),
        migrations.RemoveIndex("caseclock", "case_clock_warn"),
        migrations.RemoveIndex("caseclock", "case_clock_esc"),
        migrations.AddIndex(
            "caseclock",
            models.Index(
                Case(When(warned_at__isnull=True, then="warn_at"), default="due_at"),
                name="case_clock_next",
                condition=Q(paused_at__isnull=True, stopped_at__isnull=True, escalated_at__isnull=True),
            ),
        ),
    ]
