"""Changes of the organization. ``by`` is the manager; ``None`` is the system (command line, imports, demo).

Every change is a row of history and an audit entry in the same transaction. Dates lie today or earlier:
an office that will change is changed on the day. Whole sets of offices are opened by ``establish``
(``establishing``); people by ``hire``, ``transfer``, ``leave`` (``staffing``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from wangge.kernel.access.models import User
from wangge.kernel.audit.context import acting
from wangge.kernel.audit.recording import record
from wangge.organization.checks import check_day, check_manager
from wangge.organization.enums import OfficeEvent
from wangge.organization.errors import OrganizationError
from wangge.organization.establishing import codes_for, establish, establish_below, link, plan
from wangge.organization.kinds import kind as kind_of
from wangge.organization.models import Office, OfficeChange, Staff
from wangge.organization.staffing import Hired, add_post, change_staff, hire, leave, transfer
from wangge.territory import queries as territory

__all__ = [
    "Hired",
    "add_post",
    "change",
    "change_staff",
    "close",
    "codes_for",
    "establish",
    "establish_below",
    "hire",
    "leave",
    "merge",
    "open_office",
    "plan",
    "rename",
    "transfer",
]


def open_office(
    *,
    name: str,
    kind: str,
    path: str,
    by: User | None,
    on: date,
    second_names: Sequence[str] = (),
    parent: Office | None = None,
    department: Office | None = None,
    phone: str = "",
    address: str = "",
    reason: str = "",
) -> Office:
    """A new office. Raises ``OrganizationError`` when one of that name and kind is in force at the place."""
    check_day(on)
    check_manager(by, path)
    found = kind_of(kind)
    if territory.name_of(path) == path:
        raise OrganizationError(f"没有代码为{path}的区划。", field="path")
    office = Office(
        name=_name(name),
        second_names=_plates(second_names),
        kind=kind,
        level=found.level,
        nature=found.nature,
        path=path,
        parent=parent,
        department=department,
        phone=phone.strip(),
        address=address.strip(),
        sort=found.sort,
        valid_from=on,
    )
    with acting(by):
        _save_once(office)
        if parent is None or department is None:
            link(path)
        _note(office, OfficeEvent.OPENED, on=on, by=by, reason=reason, after={"name": office.name})
        record("organization.office.open", office, changes={"name": [None, office.name]}, reason=reason)
    office.refresh_from_db()
    return office


def rename(
    *, office: Office, name: str, by: User | None, on: date, reason: str = "", second_names: Sequence[str] | None = None
) -> Office:
    """A new name (and plates, unless None); the old one stays in the history."""
    values: dict[str, Any] = {"name": _name(name)}
    if second_names is not None:
        values["second_names"] = _plates(second_names)
    return _change(office, values, OfficeEvent.RENAMED, by=by, on=on, reason=reason)


def change(*, office: Office, by: User | None, on: date, reason: str = "", **values: Any) -> Office:
    """Other fields: ``phone``, ``address``, ``parent``, ``department``, ``sort``."""
    unknown = values.keys() - {"phone", "address", "parent", "department", "sort"}
    if unknown:
        raise TypeError(f"not changed here: {', '.join(sorted(unknown))}")
    return _change(office, values, OfficeEvent.CHANGED, by=by, on=on, reason=reason)


def merge(*, sources: Sequence[Office], into: Office, by: User | None, on: date, reason: str) -> None:
    """``sources`` end; ``into`` answers for them from now on. Their staff, roles and sub-offices go over to it."""
    check_day(on)
    check_manager(by, into.path, *(source.path for source in sources))
    if not sources or any(source.pk == into.pk for source in sources):
        raise OrganizationError("请选择另外的机构并入。", field="into")
    with acting(by):
        target = _locked(into, on)
        for source in sources:
            ended = _locked(source, on)
            for staff in Staff.objects.in_force(on).filter(office=ended).select_related("user", "office", "post"):
                transfer(staff=staff, to_office=target, by=by, on=on, reason=reason or "机构合并")
            Office.objects.filter(parent=ended, valid_to__isnull=True).exclude(pk=target.pk).update(parent=target)
            Office.objects.filter(department=ended, valid_to__isnull=True).exclude(pk=target.pk).update(
                department=target
            )
            Office.objects.filter(pk=target.pk, parent=ended).update(parent=ended.parent)
            _end(ended, on, OfficeEvent.MERGED, by=by, reason=reason, after={"into": target.name}, successor=target)
            _note(target, OfficeEvent.ABSORBED, on=on, by=by, reason=reason, after={"from": ended.name})


def close(*, office: Office, by: User | None, on: date, reason: str, successor: Office | None = None) -> None:
    """The office ends. Refused while it has staff or offices below it: transfer, move or close those first."""
    check_day(on)
    check_manager(by, office.path)
    with acting(by):
        ended = _locked(office, on)
        if Staff.objects.in_force(on).filter(office=ended).exists():
            raise OrganizationError(f"{ended.name}还有在岗人员，请先调动或办理离职。")
        below = Office.objects.filter(parent=ended, valid_to__isnull=True).first()
        if below is not None:
            raise OrganizationError(f"{ended.name}还有下级机构“{below.name}”，请先调整。")
        _end(ended, on, OfficeEvent.CLOSED, by=by, reason=reason, successor=successor)


def _locked(office: Office, on: date) -> Office:
    found: Office = Office.objects.select_for_update().get(pk=office.pk)
    if found.valid_to is not None:
        raise OrganizationError(f"{found.name}已于{found.valid_to}撤销。")
    if on < found.valid_from:
        raise OrganizationError(f"生效日期不能早于设立日期{found.valid_from}。", field="on")
    return found


def _end(
    office: Office,
    on: date,
    what: OfficeEvent,
    *,
    by: User | None,
    reason: str,
    after: dict[str, Any] | None = None,
    successor: Office | None = None,
) -> None:
    if not reason.strip():
        raise OrganizationError("请填写依据（如批准文号）。", field="reason")
    office.valid_to, office.successor = on, successor
    office.save(update_fields=["valid_to", "successor"])
    _note(office, what, on=on, by=by, reason=reason, after=after or {})
    changes = {"valid_to": [None, on], "successor": [None, successor.pk if successor else None]}
    record(f"organization.office.{what.value}", office, changes=changes, reason=reason)


def _change(
    office: Office, values: dict[str, Any], what: OfficeEvent, *, by: User | None, on: date, reason: str
) -> Office:
    check_day(on)
    check_manager(by, office.path)
    with acting(by):
        found = _locked(office, on)
        before = {name: _plain(getattr(found, name)) for name in values}
        after = {name: _plain(value) for name, value in values.items()}
        changed = [name for name in values if before[name] != after[name]]
        if not changed:
            return found
        if "parent" in changed:
            _no_circle(found, values["parent"])
        for name in changed:
            setattr(found, name, values[name])
        _save_once(found, update_fields=changed)
        kept = {name: before[name] for name in changed}, {name: after[name] for name in changed}
        _note(found, what, on=on, by=by, reason=reason, before=kept[0], after=kept[1])
        changes = {name: [before[name], after[name]] for name in changed}
        record(f"organization.office.{what.value}", found, changes=changes, reason=reason)
    return found


def _no_circle(office: Office, parent: Office | None) -> None:
    above = parent.pk if parent is not None else None
    while above is not None:  # read again step by step: the object at hand may be older than the table
        if above == office.pk:
            raise OrganizationError("上级机构不能是本机构或其下级。", field="parent")
        above = Office.objects.values_list("parent_id", flat=True).get(pk=above)


def _save_once(office: Office, **options: Any) -> None:
    try:
        with transaction.atomic():
            office.save(**options)
    except IntegrityError as error:
        if "office_open_once" not in str(error):
            raise
        raise OrganizationError(f"该区划已有同名同类的机构“{office.name}”。", field="name") from error


def _note(
    office: Office,
    what: OfficeEvent,
    *,
    on: date,
    by: User | None,
    reason: str,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    OfficeChange.objects.create(
        office=office, what=what, on=on, before=before or {}, after=after or {}, reason=reason[:200], by=by
    )


def _name(name: str) -> str:
    name = name.strip()
    if not name or len(name) > 80:
        raise OrganizationError("机构名称须为1至80个字。", field="name")
    return name


def _plates(plates: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(plate.strip() for plate in plates if plate.strip()))


def _plain(value: Any) -> Any:
    return value.pk if isinstance(value, Office) else value
