"""Changes of catalogues, lists, limit classes and duties. ``by`` is the manager; ``None`` is the system.

One transaction each, with an audit entry. A published catalogue is never edited: a new version is made,
changed and published in its place. A duty is changed by ending its row and adding another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from wangge.duties import policy
from wangge.duties.enums import CatalogueState
from wangge.duties.errors import DutiesError
from wangge.duties.models import Catalogue, Duty, DutyItem, DutyList, Kind, LimitClass
from wangge.duties.queries import problems_of
from wangge.kernel.access.models import User
from wangge.kernel.audit.context import acting as recorded
from wangge.kernel.audit.recording import record
from wangge.organization.models import Office

KIND_FIELDS = (
    "code", "level", "name", "is_leaf", "demand_types", "keywords", "filing_condition", "closing_condition", "urgent",
    "seven_five", "sort", "source",
)  # fmt: skip


@contextmanager
def acting(by: User | None, path: str = "") -> Iterator[None]:
    """One transaction under ``by``, who must manage ``path``."""
    if not policy.may_manage(by, path):
        raise DutiesError("您没有维护该范围清单和职责的权限。")
    with recorded(by):
        yield


# -- catalogues --------------------------------------------------------------------------------------------


def new_catalogue(*, version: str, name: str, by: User | None, source: str = "") -> Catalogue:
    """An empty draft. Raises ``DutiesError`` when the version exists."""
    with acting(by):
        if Catalogue.objects.filter(version=version).exists():
            raise DutiesError(f"已有版本{version}。", field="version")
        catalogue = Catalogue.objects.create(version=version, name=name, source=source)
        record("duties.catalogue.create", catalogue, changes={"version": [None, version]})
        return catalogue


def new_version(*, of: Catalogue, version: str, by: User | None, name: str = "") -> Catalogue:
    """A draft with the same kinds as ``of``, codes kept."""
    with acting(by):
        catalogue = new_catalogue(version=version, name=name or of.name, by=by, source=f"由{of}复制")
        parents: dict[int, Kind] = {}
        for level in range(1, 5):
            rows = list(of.kinds.filter(level=level))
            copies = [
                Kind(
                    catalogue=catalogue,
                    parent=parents[row.parent_id] if row.parent_id else None,
                    **{field: getattr(row, field) for field in KIND_FIELDS},
                )
                for row in rows
            ]
            Kind.objects.bulk_create(copies)
            parents |= {row.pk: copy for row, copy in zip(rows, copies, strict=True)}
        return catalogue


def publish(*, catalogue: Catalogue, by: User | None, on: date | None = None) -> Catalogue:
    """Put a draft in force from ``on`` (default today); the one in force before ends that day.

    Raises ``DutiesError`` with ``problems`` when a leaf has no owner, a code is malformed or nothing is in it.
    """
    day = on or timezone.localdate()
    with acting(by):
        catalogue = Catalogue.objects.select_for_update().get(pk=catalogue.pk)
        if catalogue.state != CatalogueState.DRAFT:
            raise DutiesError(f"{catalogue}不是草稿，不能发布。")
        if day > timezone.localdate():
            raise DutiesError("请在生效当天发布。", field="on")
        problems = problems_of(catalogue, timezone.localdate())
        if problems:
            raise DutiesError(f"目录有{len(problems)}处问题，未发布。", problems=problems)
        for before in Catalogue.objects.select_for_update().filter(state=CatalogueState.PUBLISHED):
            if before.valid_from and before.valid_from > day:
                raise DutiesError(f"{before}自{before.valid_from}起生效，新目录不能早于它。", field="on")
            before.state, before.valid_to = CatalogueState.ENDED, day
            before.save(update_fields=["state", "valid_to"])
            record("duties.catalogue.end", before, changes={"state": ["published", "ended"]})
        catalogue.state, catalogue.valid_from = CatalogueState.PUBLISHED, day
        catalogue.save(update_fields=["state", "valid_from"])
        record(
            "duties.catalogue.publish", catalogue, changes={"state": ["draft", "published"], "valid_from": [None, day]}
        )
        return catalogue


def remove_kind(*, kind: Kind, by: User | None) -> None:
    """Take a kind out of a draft. Raises ``DutiesError`` when the catalogue is no draft or kinds hang below it."""
    with acting(by):
        if kind.catalogue.state != CatalogueState.DRAFT:
            raise DutiesError("只能从草稿中移除类别；现行目录请先建立新版本。")
        if kind.children.exists():
            raise DutiesError(f"“{kind.name}”下还有类别，请先移除下级。")
        if kind.duties.exists():
            raise DutiesError(f"“{kind.name}”登记有职责，请先改由其他类别承接。")
        record("duties.kind.remove", kind, changes={"code": [kind.code, None], "name": [kind.name, None]})
        parent, catalogue_id = kind.parent_id, kind.catalogue_id
        kind.delete()
        mark_leaves(catalogue_id)
        assert parent is None or Kind.objects.filter(pk=parent).exists()


def mark_leaves(catalogue_id: int) -> None:
    """``is_leaf`` follows the tree: a kind with nothing below it."""
    inner = Kind.objects.filter(catalogue_id=catalogue_id, parent__isnull=False).values("parent_id")
    Kind.objects.filter(catalogue_id=catalogue_id, is_leaf=True, pk__in=inner).update(is_leaf=False)
    Kind.objects.filter(catalogue_id=catalogue_id, is_leaf=False).exclude(pk__in=inner).update(is_leaf=True)


# -- duties ------------------------------------------------------------------------------------------------


def add_duty(
    *,
    kind: Kind,
    limit: LimitClass,
    valid_from: date,
    by: User | None,
    path: str = "",
    lead_kind: str = "",
    lead_office: Office | None = None,
    assist_kinds: Iterable[str] = (),
    assist_offices: Iterable[Office] = (),
    item: DutyItem | None = None,
    community_item: DutyItem | None = None,
    note: str = "",
    source: str = "",
    reason: str = "",
) -> Duty:
    """A duty from ``valid_from``. The one in force for the same kind and path must have been ended before.

    ``community_item`` is the item of a community list by which the street may hand it on; without one a
    community may not get it (条例 art. 17). Raises ``DutiesError``.
    """
    with acting(by, path):
        if not lead_kind and lead_office is None:
            raise DutiesError("请指定主办机构或主办机构类型。", field="lead_kind")
        if community_item is not None and community_item.duty_list.level != "community":
            raise DutiesError("社区承办的依据必须是社区清单的条目。", field="community_item")
        clash = Duty.objects.filter(kind_code=kind.code, path=path, valid_to__isnull=True).first()
        if clash is not None:
            raise DutiesError(f"“{kind.name}”在此范围已有自{clash.valid_from}起的职责，请先终止。", field="path")
        if Duty.objects.filter(kind_code=kind.code, path=path, valid_to__gt=valid_from).exists():
            raise DutiesError("生效日期落在此前职责的有效期内。", field="valid_from")
        try:
            with transaction.atomic():
                duty = Duty.objects.create(
                    kind=kind,
                    kind_code=kind.code,
                    path=path,
                    lead_kind=lead_kind,
                    lead_office=lead_office,
                    assist_kinds=list(assist_kinds),
                    item=item,
                    limit=limit,
                    community_may_handle=community_item is not None,
                    community_item=community_item,
                    valid_from=valid_from,
                    note=note,
                    source=source,
                )
        except IntegrityError as error:
            raise DutiesError("此范围的职责刚被别人修改，请刷新后重试。") from error
        duty.assist_offices.set(assist_offices)
        lead = lead_office.name if lead_office else lead_kind
        record(
            "duties.duty.add", duty, path=path, reason=reason, changes={"kind": [None, kind.code], "lead": [None, lead]}
        )
        return duty


def end_duty(*, duty: Duty, on: date, by: User | None, reason: str = "") -> Duty:
    """End a duty: ``on`` is the first day on which it no longer holds. Cases dispatched by it keep their copy."""
    with acting(by, duty.path):
        duty = Duty.objects.select_for_update().get(pk=duty.pk)
        if duty.valid_to is not None:
            raise DutiesError(f"该职责已于{duty.valid_to}终止。")
        if on < duty.valid_from:
            raise DutiesError("终止日期不能早于生效日期。", field="on")
        duty.valid_to = on
        duty.save(update_fields=["valid_to"])
        record("duties.duty.end", duty, path=duty.path, reason=reason, changes={"valid_to": [None, on]})
        return duty


def change_duty(*, duty: Duty, on: date, by: User | None, reason: str = "", **changes: Any) -> Duty:
    """End ``duty`` on ``on`` and add its successor with ``changes`` (the fields of ``add_duty``)."""
    with acting(by, duty.path):
        values: dict[str, Any] = {
            name: getattr(duty, name)
            for name in (
                "lead_kind",
                "lead_office",
                "assist_kinds",
                "item",
                "community_item",
                "note",
                "source",
                "limit",
            )
        }
        values["assist_offices"] = list(duty.assist_offices.all())
        end_duty(duty=duty, on=on, by=by, reason=reason)
        return add_duty(kind=duty.kind, path=duty.path, valid_from=on, by=by, reason=reason, **(values | changes))


# -- lists and limit classes -------------------------------------------------------------------------------


def save_limit_class(*, code: str, by: User | None, **values: Any) -> LimitClass:
    """Add or change a limit class. Clocks that run keep the limits they were started with.

    Raises ``ValidationError`` when there is another class for the same demand type or for urgent matters.
    """
    with acting(by):
        held = LimitClass.objects.select_for_update().filter(code=code).first()
        row, created = held or LimitClass(code=code), held is None
        before = {name: getattr(row, name) for name in values}
        if created or before != values:
            for name, value in values.items():
                setattr(row, name, value)
            row.full_clean()
            row.save()
        if created or before != values:
            changed = {n: [None if created else before[n], v] for n, v in values.items() if created or before[n] != v}
            record("duties.limit.save", row, changes=changed)
        return row


def end_list(*, duty_list: DutyList, on: date, by: User | None, reason: str) -> DutyList:
    """A list no longer holds from ``on``; its items stay readable behind what was dispatched by them."""
    with acting(by, duty_list.path):
        if duty_list.valid_to is not None:
            raise DutiesError(f"《{duty_list.name}》已于{duty_list.valid_to}停用。")
        if on < duty_list.valid_from:
            raise DutiesError("停用日期不能早于生效日期。", field="on")
        duty_list.valid_to = on
        duty_list.save(update_fields=["valid_to"])
        record("duties.list.end", duty_list, path=duty_list.path, reason=reason, changes={"valid_to": [None, on]})
        return duty_list
