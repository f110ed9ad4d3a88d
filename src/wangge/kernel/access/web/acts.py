"""The record in words: what an act is called, what it was done to, and what it changed.

The record keeps codes (``cases.case.dispatch``), which never change; the words come from where they are said
already: steps from their flows, nouns, fields and values from their models, places and offices from those who name
them. An act or a value that nobody has words for keeps its code.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import Any, Final

from django.apps import apps
from django.db.models import Field, Model
from django.utils import timezone

from wangge.kernel.access import names
from wangge.kernel.access.roles import roles
from wangge.kernel.access.web.wording import NOTES, READ, VERBS
from wangge.kernel.audit.models import AuditEntry
from wangge.kernel.flow.engine import Flow

LONGEST: Final = 200  # characters of a value; an export has the same
INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")

# What a number or code stands for, beside the rows that foreign keys name.
PLACE, OFFICE, ROLE, USER = "place", "office", "role", "access.user"


@cache
def steps() -> dict[str, str]:
    """The code of every step of every flow → its label."""
    return {
        f"{flow.model._meta.label_lower}.{name}": step.label
        for flow in Flow.__subclasses__()
        for name, step in flow.steps().items()
    }


def act(action: str) -> str:
    """What ``action`` is called: 派单, 登录; its code when nobody has words for it."""
    return steps().get(action) or VERBS.get(action.rpartition(".")[2], action)


def codes(word: str) -> tuple[list[str], list[str]]:
    """The codes of steps, and the endings of other acts, whose words hold ``word``."""
    return [code for code, label in steps().items() if word in label], [
        verb for verb, label in VERBS.items() if word in label
    ]


def model(object_type: str) -> type[Model] | None:
    try:
        return apps.get_model(object_type)
    except (LookupError, ValueError):
        return None


def noun(object_type: str) -> str:
    """What a thing of ``object_type`` is called: 事项, 账号."""
    found = model(object_type)
    return str(found._meta.verbose_name) if found is not None else object_type


@cache
def _fields(object_type: str) -> dict[str, Field[Any, Any]]:
    found = model(object_type)
    fields = {field.attname: field for field in found._meta.concrete_fields} if found is not None else {}
    return fields | {field.name: field for field in fields.values()}


@cache
def _words(app: str, name: str) -> dict[Any, str]:
    """The words for the values of every field called ``name`` in the models of an app."""
    found: dict[Any, str] = {}
    if app in apps.app_configs:
        for one in apps.get_app_config(app).get_models():
            field = _fields(one._meta.label_lower).get(name)
            found |= {value: str(label) for value, label in field.flatchoices} if field is not None else {}
    return found


@cache
def _meant(object_type: str, name: str) -> str:
    """What the values noted under ``name`` are: a place, an office, a role, rows of a model; or words as they are."""
    field = _fields(object_type).get(name)
    related = field.related_model if field is not None else None
    if related is not None and not isinstance(related, str):
        return str(related._meta.label_lower)
    if name in ("role", "roles"):
        return ROLE
    if name in ("user", "user_id"):
        return USER
    if name == "path" or name.endswith("_path"):
        return PLACE
    return OFFICE if name.removesuffix("_id").removesuffix("s").endswith("office") else ""


def _atoms(value: Any) -> Iterator[Any]:
    if isinstance(value, list):
        for one in value:
            yield from _atoms(one)
    elif isinstance(value, str | int) and not isinstance(value, bool):
        yield value


Names = Mapping[tuple[str, Any], str]


def names_in(entries: Iterable[AuditEntry]) -> Names:
    """What the numbers and codes in the changes of ``entries`` stand for; a statement for each sort of thing."""
    wanted: defaultdict[str, set[Any]] = defaultdict(set)
    for entry in entries:
        for name, value in entry.changes.items():
            if meant := _meant(entry.object_type, name):
                wanted[meant].update(_atoms(value))
    found: dict[tuple[str, Any], str] = {}
    for meant, values in wanted.items():
        found |= {(meant, value): label for value, label in _called(meant, values).items()}
    return found


def _called(meant: str, values: set[Any]) -> Mapping[Any, str]:
    numbers = {value for value in values if isinstance(value, int)}
    if meant == ROLE:
        return {code: role.label for code, role in roles().items()}
    if meant == PLACE:
        return names.places(str(value) for value in values)
    if meant == OFFICE:
        return names.offices(numbers)
    found = model(meant)
    label = "display_name" if meant == USER else "name"
    # Of persons other than users the record keeps the number alone.
    silent = found is None or label not in _fields(meant) or (meant != USER and hasattr(found, "personal_data"))
    if silent or found is None or not numbers:
        return {}
    return dict(found._base_manager.filter(pk__in=numbers).values_list("pk", label))


def changes(entry: AuditEntry, called: Names | None = None) -> Iterator[str]:
    """A line for each change: 状态：待派单 → 待签收. ``called``: the names of several entries, read at once."""
    called = names_in([entry]) if called is None else called
    for name, value in entry.changes.items():
        if name == "listing" and "title" in entry.changes:
            continue
        label = _label(entry, name)
        if isinstance(value, list) and len(value) == 2:
            before, after = (_said(entry, name, one, called) for one in value)
            yield f"{label}：{before} → {after}"
        else:
            yield f"{label}：{_said(entry, name, value, called)}"


def _label(entry: AuditEntry, name: str) -> str:
    """What a change is of: the object's field; of an act on a part of it (an application of a case) the part's."""
    field = _fields(entry.object_type).get(name)
    own = "" if field is None else str(field.verbose_name)
    noted = NOTES.get(name, "")
    of_part = entry.action.rpartition(".")[0] != entry.object_type
    return (noted or own if of_part else own or noted) or name


def _said(entry: AuditEntry, name: str, value: Any, called: Names) -> str:
    if value is None or value == "":
        return "空"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(_said(entry, name, one, called) for one in value) or "空"
    text = _named(entry, name, value, called) or (_moment(value) if isinstance(value, str) else str(value))
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _named(entry: AuditEntry, name: str, value: Any, called: Names) -> str:
    if not isinstance(value, str | int):
        return ""
    if name == "fields":
        read = _fields(entry.object_type).get(str(value))
        return READ.get(str(value), "") if read is None else str(read.verbose_name)
    field = _fields(entry.object_type).get(name)
    own = dict(field.flatchoices).get(value) if field is not None else None
    if own is not None:
        return str(own)
    if (found := called.get((_meant(entry.object_type, name), value))) is not None:
        return found
    # Acts on a part of the object (an application of a case) note the part's own words.
    return _words(entry.action.partition(".")[0], name).get(value, "")


def _moment(text: str) -> str:
    """An instant as the clock on the wall shows it; other text as it is."""
    if INSTANT.match(text) is None:
        return text
    try:
        return f"{timezone.localtime(datetime.fromisoformat(text)):%Y-%m-%d %H:%M}"
    except ValueError:
        return text
