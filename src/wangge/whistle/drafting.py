"""Writing a whistle: what it rests on, where, who is called and for what. It waits to be blown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import transaction
from django.utils import timezone

from wangge.cases.models import Case
from wangge.cases.validators import check_point
from wangge.duties.enums import ListLevel
from wangge.duties.models import DutyItem, Kind
from wangge.kernel.access.models import User
from wangge.kernel.attachments.actions import prepare, store
from wangge.kernel.audit.recording import record
from wangge.kernel.flow import NotPermitted
from wangge.kernel.numbering.numbers import next_number
from wangge.organization import queries as organization
from wangge.territory.enums import STREET_LENGTH
from wangge.whistle import guards, policy
from wangge.whistle.enums import FROM_CASES, Origin, Role, SummonsState, WhistleKind, WhistleState
from wangge.whistle.flow import WhistleFlow
from wangge.whistle.models import CitedItem, Summons, Task, Whistle, WhistleCase
from wangge.whistle.postures import posture_at
from wangge.whistle.summons_flow import SummonsFlow

# Lists that are the street's own, or below it.
OWN_LEVELS = (ListLevel.STREET, ListLevel.TOWNSHIP, ListLevel.COMMUNITY)
WORDS = (("title", "标题", 2), ("text", "情况", 4), ("tried", "街道已做的工作", 4), ("wanted", "请部门解决什么", 4))


@dataclass(frozen=True, slots=True)
class Spot:
    """Where everybody comes together. A matter of its own needs the point; a case may have none."""

    path: str
    address: str = ""
    lng: float | None = None
    lat: float | None = None


@dataclass(frozen=True, slots=True)
class Called:
    """One office to be summoned, and what it is asked for, one thing a line."""

    office_id: int
    role: str
    tasks: tuple[str, ...]

    @property
    def lines(self) -> list[str]:
        return [line.strip()[:300] for line in self.tasks if line.strip()]


@transaction.atomic
def draft(
    *,
    kind: str,
    title: str,
    text: str,
    tried: str,
    wanted: str,
    spot: Spot,
    called: Sequence[Called],
    items: Iterable[DutyItem],
    by: User | None,
    office_id: int | None = None,
    origin: str = "",
    cases: Sequence[Case] = (),
    matter: Kind | None = None,
    files: Sequence[File[bytes]] = (),
    now: datetime | None = None,
) -> Whistle:
    """Write a whistle; it waits to be blown. Raises ``ValidationError`` with messages per field, ``NotPermitted``.

    ``by`` None: a system, whose scope the caller has checked, for ``office_id``; a person signs what it wrote.
    """
    now = now or timezone.now()
    if by is not None and not policy.may_draft(by, spot.path):
        raise NotPermitted("您不能为该区域起草吹哨。")
    origin = origin or origin_of(cases)
    said = {"title": title, "text": text, "tried": tried, "wanted": wanted}
    rows = checked(kind=kind, said=said, spot=spot, called=called, origin=origin, cases=cases, items=items, now=now)
    office = organization.office_of(by) if by is not None else organization.office(office_id)
    whistle = Whistle.objects.create(
        number=next_number(spot.path[:6], day=timezone.localdate(now)),
        kind=kind,
        origin=origin,
        title=title.strip()[:120],
        text=text.strip(),
        tried=tried.strip(),
        wanted=wanted.strip(),
        matter=matter or (cases[0].kind if cases else None),
        path=spot.path,
        street_path=spot.path[:STREET_LENGTH],
        office_id=office.id if office is not None else None,
        address=spot.address.strip()[:200],
        lng=spot.lng,
        lat=spot.lat,
        state=WhistleState.DRAFT,
        created_by_id=by.pk if by is not None else None,
        created_at=now,
    )
    WhistleCase.objects.bulk_create(WhistleCase(whistle=whistle, case=case) for case in cases)
    for row in rows:
        row.whistle = whistle
    CitedItem.objects.bulk_create(rows)
    for one in called:
        prepare_call(whistle, one, by=by, now=now)
    WhistleFlow(whistle, by, now=now).record_start(data={"kind": kind, "origin": origin})
    record("whistle.whistle.draft", whistle, changes={"number": whistle.number, "kind": kind})
    for prepared in [prepare(file) for file in files]:
        store(prepared, owner=whistle, purpose="evidence", by=by)
    return whistle


def prepare_call(whistle: Whistle, one: Called, *, by: User | None, now: datetime) -> None:
    """A summons that will be sent when the whistle is blown."""
    summons = Summons.objects.create(
        whistle=whistle, office_id=one.office_id, role=one.role, state=SummonsState.PREPARED
    )
    give_tasks(summons, one)
    SummonsFlow(summons, by, now=now).record_start()


def give_tasks(summons: Summons, one: Called) -> None:
    """What the office is asked for, one thing a line."""
    Task.objects.bulk_create(Task(summons=summons, text=line) for line in one.lines)


def origin_of(cases: Sequence[Case]) -> str:
    """What a whistle on ``cases`` is blown on; empty when there are none."""
    return Origin.ROOT if len(cases) > 1 else Origin.CASE if cases else ""


def checked(
    *,
    kind: str,
    said: dict[str, str],
    spot: Spot,
    called: Sequence[Called],
    origin: str,
    cases: Sequence[Case],
    items: Iterable[DutyItem],
    now: datetime,
) -> list[CitedItem]:
    """The items as they will be cited. Raises ``ValidationError`` with messages per field."""
    _check(kind=kind, said=said, spot=spot, called=called, origin=origin, cases=cases)
    rows = _as_cited(list(dict.fromkeys(items)), spot.path, now)
    if why := guards.more_than_the_street(rows):
        raise ValidationError({"items": [why]})
    return rows


def _check(
    *,
    kind: str,
    said: dict[str, str],
    spot: Spot,
    called: Sequence[Called],
    origin: str,
    cases: Sequence[Case],
) -> None:
    found = {
        name: f"请填写{label}（至少{least}个字）。" for name, label, least in WORDS if len(said[name].strip()) < least
    }
    found |= _about_place(spot) | _about_origin(origin, cases, spot)
    if kind not in WhistleKind.values:
        found["kind"] = "请选择哨种。"
    if why := _calls(called):
        found["called"] = why
    if found:
        raise ValidationError({name: [why] for name, why in found.items()})


def _about_place(spot: Spot) -> dict[str, str]:
    found = {}
    if len(spot.path) < STREET_LENGTH or not spot.path.isdigit():
        found["path"] = "请选择地点所属的街道或社区。"
    if not spot.address.strip():
        found["address"] = "请填写集结地点。"
    try:
        check_point(spot.lng, spot.lat)
    except ValidationError as error:
        found["point"] = " ".join(error.messages)
    return found


def _about_origin(origin: str, cases: Sequence[Case], spot: Spot) -> dict[str, str]:
    if origin not in Origin.values:
        return {"origin": "请选择缘由。"}
    if origin in FROM_CASES and not cases:
        return {"cases": "请选择吹哨所依据的事项。"}
    if origin not in FROM_CASES and spot.lng is None:
        return {"point": "自行发起的吹哨须在地图上标出集结地点。"}
    if any(not case.path.startswith(spot.path[:STREET_LENGTH]) for case in cases):
        return {"cases": "所选事项不在吹哨街道内。"}
    # Several cases count as one matter only when they hang on one root.
    if len({case.root_id or case.pk for case in cases}) > 1:
        return {"cases": "多件事项须并入同一主事项后才能一起吹哨。"}
    return {}


def _calls(called: Sequence[Called]) -> str:
    if not called:
        return "请至少选择一个被吹单位。"
    if len({one.office_id for one in called}) != len(called):
        return "同一单位只能选择一次。"
    if sum(one.role == Role.LEAD for one in called) != 1:
        return "请指定一个（且只有一个）主办单位。"
    return next((why for one in called if (why := _call(one))), "")


def _call(one: Called) -> str:
    office = organization.office(one.office_id)
    if office is None or not office.open:
        return "所选单位不存在或已撤销。"
    if office.level not in ("district", "enterprise"):
        return f"{office.name}由街道直接调度，不需要吹哨。"
    return "" if any(line.strip() for line in one.tasks) else f"请写明需要{office.name}做什么。"


def _as_cited(items: Sequence[DutyItem], path: str, now: datetime) -> list[CitedItem]:
    """The items with their words, and whether each is of the street's own lists (an emergency may lift that)."""
    if not items:
        return []
    posture = posture_at(path, now)
    lifted = set(posture.lists.values_list("pk", flat=True)) if posture is not None else set()
    return [
        CitedItem(
            item=item,
            text=f"{item.duty_list.name} {item.number} {item.title}"[:300],
            legal_basis=item.legal_basis,
            own=item.duty_list.level in OWN_LEVELS and item.duty_list_id not in lifted,
        )
        for item in items
    ]
