"""Whose is it: a kind of matter at a place, on a day (派单目录; 接诉即办工作条例 art. 11, 12, 14, 17).

Candidates, best first: the kind's own duties from the longest path prefix to ``''``, then those of the
kinds above it, then the street's receiving office (属地管理), then the district (art. 12: unit unclear,
district known). Whoever the list names, nothing is ever resolved below the street (rules 2.1.5).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from django.conf import settings

from wangge.duties import snapshot
from wangge.duties.enums import ListKind
from wangge.duties.snapshot import DutyRef, ItemRef, KindRef, Limits, Snapshot
from wangge.kernel.calendar.units import Limit, Unit
from wangge.organization import book, queries
from wangge.organization.book import OfficeRef
from wangge.organization.enums import Level
from wangge.territory.queries import full_name

DEFAULT_LIMIT: Final = "general"
# Used only where no limit class was loaded at all.
LAST_RESORT: Final = Limits(
    Limit(2, Unit.WORKING_HOUR), Limit(24, Unit.HOUR), Limit(7, Unit.DAY), Limit(7, Unit.DAY), 1, "", "系统默认"
)
STREET_DIGITS: Final = 9
CERTAIN, INHERITED, SUCCEEDED, ALTERNATIVE = 0.95, 0.75, 0.85, 0.6
STREET_FALLBACK, DISTRICT_FALLBACK = 0.45, 0.35
ALTERNATIVES: Final = "|"  # joins office kinds, in order of preference
MEMO_SIZE: Final = 50_000


class UnknownKindError(LookupError):
    """There is no kind with this id."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """One possible owner and why. ``rule`` and ``reasons`` are for people to read."""

    duty_id: int | None
    kind_id: int
    lead: OfficeRef
    assists: tuple[OfficeRef, ...]
    limits: Limits
    list_name: str
    item_number: str
    item_title: str
    legal_basis: str
    rule: str
    confidence: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CommunityRule:
    """Whether the street may hand a kind to its communities. ``may_lead`` is false for assistance items."""

    allowed: bool
    may_lead: bool
    reason: str
    list_name: str = ""
    item_number: str = ""
    item_title: str = ""

    def __bool__(self) -> bool:
        return self.allowed


def resolve(kind_id: int, path: str, on: date, *, demand_type: str = "", urgent: bool = False) -> list[Assignment]:
    """Whose a matter of ``kind_id`` at ``path`` is on ``on``: the best first, then alternatives.

    ``path`` is a division code of any depth; the deeper the surer. ``demand_type`` and ``urgent`` choose
    the limit class only. Empty only when neither the street nor the district has an office. One query
    when warm, none inside ``snapshot.pinned()``. Raises ``UnknownKindError``.
    """
    held = _held()
    key = (kind_id, path, on, demand_type, urgent)
    found: tuple[Assignment, ...] | None = held.memo.get(key)
    if found is None:
        found = held.memo[key] = tuple(_search(held, kind_id, path, on, (demand_type, urgent)).run())
    return list(found)


def candidates(
    kind_id: int, path: str, on: date, *, demand_type: str = "", urgent: bool = False
) -> Iterator[Assignment]:
    """``resolve`` one by one, for whoever takes the first that fits and keeps it (imports). Nothing is remembered."""
    yield from _search(_held(), kind_id, path, on, (demand_type, urgent)).run()


def _held() -> Snapshot:
    """The duties, with nothing remembered of offices that have changed since."""
    held, offices = snapshot.current(), book.current()
    if held.memo.get("book") is not offices or len(held.memo) > MEMO_SIZE:
        held.memo.clear()
        held.memo["book"] = offices
    return held


def _search(held: Snapshot, kind_id: int, path: str, on: date, nature: tuple[str, bool]) -> _Search:
    kind = held.kinds.get(kind_id)
    if kind is None:
        raise UnknownKindError(f"没有编号为{kind_id}的类别。")
    return _Search(held, kind, path or str(settings.HOME_DIVISION), on, *nature, bool(path))


def resolve_many(
    wanted: Iterable[tuple[int, str]], on: date, *, demand_type: str = "", urgent: bool = False
) -> Iterator[list[Assignment]]:
    """``resolve`` for many (kind id, path) pairs over one snapshot."""
    with snapshot.pinned():
        for kind_id, path in wanted:
            yield resolve(kind_id, path, on, demand_type=demand_type, urgent=urgent)


def limits_for(kind_id: int, path: str, on: date, *, demand_type: str = "", urgent: bool = False) -> Limits:
    """The limits of a matter, whoever gets it."""
    held = snapshot.current()
    kind = held.kinds.get(kind_id)
    if kind is None:
        raise UnknownKindError(f"没有编号为{kind_id}的类别。")
    duty = next((d for d, _ in _duties_at(held, kind, path, on)), None)
    return _limits(held, duty, demand_type, urgent)


def may_assign_to_community(kind_id: int, path: str, on: date) -> CommunityRule:
    """Whether the street may hand it to a community at ``path``, and on what item (C16, C20; art. 17)."""
    held = snapshot.current()
    kind = held.kinds.get(kind_id)
    if kind is None:
        raise UnknownKindError(f"没有编号为{kind_id}的类别。")
    duty = next((d for d, _ in _duties_at(held, kind, path, on)), None)
    if duty is None or not duty.community_may_handle or duty.community_item is None:
        return CommunityRule(False, False, f"“{kind.name}”不在社区依法履责、依法协助事项清单内，不得交社区承担。")
    item = duty.community_item
    if not _list_holds(item, path, on):
        return CommunityRule(False, False, f"《{item.list_name}》在此地此日不适用，不得交社区承担。")
    lead = item.list_kind == ListKind.COMMUNITY_LAWFUL
    words = "社区依法履责，可承办" if lead else "社区依法协助，不得作为主办"
    reason = f"《{item.list_name}》第{item.number}项“{item.title}”：{words}。"
    return CommunityRule(True, lead, reason, item.list_name, item.number, item.title)


def _list_holds(item: ItemRef, path: str, on: date) -> bool:
    in_period = item.list_from <= on and (item.list_to is None or on < item.list_to)
    return in_period and path.startswith(item.list_path)


def _limits(held: Snapshot, duty: DutyRef | None, demand_type: str, urgent: bool) -> Limits:
    code = duty.limit_code if duty else DEFAULT_LIMIT
    if urgent and held.urgent_limit:
        code = held.urgent_limit
    elif demand_type in held.limit_for_demand:
        code = held.limit_for_demand[demand_type]
    return held.limits.get(code) or held.limits.get(DEFAULT_LIMIT) or LAST_RESORT


def _lineage(held: Snapshot, kind: KindRef) -> Iterator[KindRef]:
    at: KindRef | None = kind
    while at is not None:
        yield at
        at = held.kinds.get(at.parent_id) if at.parent_id else None


def _duties_at(held: Snapshot, kind: KindRef, path: str, on: date) -> Iterator[tuple[DutyRef, KindRef]]:
    """Duties in force that cover the kind at the place: own kind before those above, longest path first."""
    for owner in _lineage(held, kind):
        by_path = held.duties.get(owner.code)
        if not by_path:
            continue
        for end in range(len(path), -1, -1):
            for duty in by_path.get(path[:end], ()):
                if duty.holds(on):
                    yield duty, owner
                    break


@dataclass(slots=True)
class _Search:
    """One resolution, candidates in order. Kept as an object because its parts share these values."""

    held: Snapshot
    kind: KindRef
    path: str
    on: date
    demand_type: str
    urgent: bool
    place_known: bool
    missing: list[str] = field(default_factory=list)  # why better candidates fell out

    def run(self) -> Iterator[Assignment]:
        found: list[Assignment] = []
        for duty, owner in _duties_at(self.held, self.kind, self.path, self.on):
            candidate = self.by_duty(duty, owner)
            if candidate is not None and all(candidate.lead.id != other.lead.id for other in found):
                if found:
                    candidate = replace(candidate, confidence=min(candidate.confidence, ALTERNATIVE))
                found.append(candidate)
                yield candidate
        first = next((d for d, _ in _duties_at(self.held, self.kind, self.path, self.on)), None)
        limits = _limits(self.held, first, self.demand_type, self.urgent)
        # The second asks what the first has added.
        for fallback_at in (self.by_street, self.by_district):
            fallback = fallback_at(limits, found)
            if fallback is not None and all(fallback.lead.id != other.lead.id for other in found):
                found.append(fallback)
                yield fallback

    def label(self, office_kinds: str) -> str:
        """The kinds as people call them, remembered with the snapshot."""
        key = ("label", office_kinds)
        if key not in self.held.memo:
            labels = self.held.office_labels
            self.held.memo[key] = "或".join(labels.get(k, k) for k in office_kinds.split(ALTERNATIVES))
        return str(self.held.memo[key])

    def office_for(self, office_kinds: str) -> tuple[OfficeRef | None, str]:
        """The first of the named kinds that serves the place, and which kind it was. Remembered with the snapshot."""
        key = ("office", office_kinds, self.path)
        remembered: tuple[OfficeRef | None, str] | None = self.held.memo.get(key)
        if remembered is None:
            remembered = self.held.memo[key] = self._office_for(office_kinds)
        return remembered

    def _office_for(self, office_kinds: str) -> tuple[OfficeRef | None, str]:
        for office_kind in office_kinds.split(ALTERNATIVES):
            found = queries.office_at(office_kind, self.path)
            if found is not None:
                return found, office_kind
        return None, office_kinds

    def place_name(self, path: str) -> str:
        """The place as people call it, remembered with the snapshot."""
        key = ("place", path)
        if key not in self.held.memo:
            self.held.memo[key] = full_name(path) or path
        return str(self.held.memo[key])

    def centre(self, name: str) -> OfficeRef | None:
        """The ``street`` or ``district`` centre of the place, remembered with the snapshot."""
        key = ("centre", name, self.path)
        if key not in self.held.memo:
            self.held.memo[key] = (
                queries.street_centre(self.path)
                if name == "street"
                else queries.command_centre(self.path) or queries.hotline(self.path)
            )
        found: OfficeRef | None = self.held.memo[key]
        return found

    def too_wide_for(self, office_kinds: str) -> bool:
        """Whether a street's body is wanted while only the district is known."""
        return len(self.path) < STREET_DIGITS and office_kinds.startswith("street.")

    def by_duty(self, duty: DutyRef, owner: KindRef) -> Assignment | None:
        reasons: list[str] = []
        confidence = CERTAIN
        if owner.id != self.kind.id:
            confidence = INHERITED
            reasons.append(f"“{self.kind.name}”没有单独的职责，沿用上级类别“{owner.name}”的职责。")
        if not self.kind.is_leaf:
            confidence = min(confidence, INHERITED)
            reasons.append(f"“{self.kind.name}”不是末级类别，细化类别后更准确。")
        lead = self.lead_of(duty, reasons)
        if lead is None:
            return None
        if any("合并" in reason for reason in reasons):
            confidence = min(confidence, SUCCEEDED)
        scope = self.place_name(duty.path) if duty.path else "全部区划"
        reasons.append(f"职责适用范围：{scope}；地点：{self.place_name(self.path)}。")
        item = duty.item
        basis = f"《{item.list_name}》第{item.number}项“{item.title}”" if item else "职责登记（未引用清单条目）"
        return Assignment(
            duty_id=duty.id,
            kind_id=self.kind.id,
            lead=lead,
            assists=self.assists_of(duty, lead, reasons),
            limits=_limits(self.held, duty, self.demand_type, self.urgent),
            list_name=item.list_name if item else "",
            item_number=item.number if item else "",
            item_title=item.title if item else "",
            legal_basis=item.legal_basis if item else "",
            rule=f"依据{basis}，此地“{owner.name}”由{lead.name}主办。",
            confidence=confidence,
            reasons=tuple(reasons),
        )

    def lead_of(self, duty: DutyRef, reasons: list[str]) -> OfficeRef | None:
        if duty.lead_office_id is not None:
            named = queries.office(duty.lead_office_id)
            lead = queries.current_office(duty.lead_office_id)
            if lead is None:
                self.missing.append(f"职责指定的{named.name if named else '机构'}已撤销且没有承接机构。")
            elif named is not None and lead.id != named.id:
                reasons.append(f"{named.name}已合并，由{lead.name}承接。")
            elif lead is not None:
                reasons.append(f"职责直接指定{lead.name}。")
        else:
            lead, office_kind = self.office_for(duty.lead_kind)
            if lead is None and self.too_wide_for(duty.lead_kind):
                self.missing.append(f"主办应是“{self.label(duty.lead_kind)}”，补充街道后才能确定是哪一个。")
            elif lead is None:
                self.missing.append(f"此地没有“{self.label(duty.lead_kind)}”。")
            else:
                reasons.append(f"服务此地的“{self.label(office_kind)}”是{lead.name}。")
        if lead is not None and lead.level == Level.COMMUNITY:
            self.missing.append(f"{lead.name}是社区（村）组织，热线工单不得派到街道以下。")
            return None
        return lead

    def assists_of(self, duty: DutyRef, lead: OfficeRef, reasons: list[str]) -> tuple[OfficeRef, ...]:
        found: dict[int, OfficeRef] = {}
        for office_kind in duty.assist_kinds:
            helper, _ = self.office_for(office_kind)
            if helper is None and self.too_wide_for(office_kind):
                reasons.append(f"地点只到区县，协办的“{self.label(office_kind)}”要等补充街道后才能确定。")
            elif helper is None:
                reasons.append(f"协办的“{self.label(office_kind)}”在此地没有设立。")
            else:
                found[helper.id] = helper
        for office_id in duty.assist_office_ids:
            helper = queries.current_office(office_id)
            if helper is not None:
                found[helper.id] = helper
        found.pop(lead.id, None)
        for helper in [one for one in found.values() if one.level == Level.COMMUNITY]:
            reasons.append(f"{helper.name}是社区（村）组织，由街道交办，不直接派单。")
            del found[helper.id]
        return tuple(found.values())

    def by_street(self, limits: Limits, found: list[Assignment]) -> Assignment | None:
        centre = self.centre("street")
        if centre is None:
            return None
        confidence = STREET_FALLBACK if not found else min(STREET_FALLBACK, found[-1].confidence)
        reasons = list(self.missing)
        if not found:
            reasons.append("没有可用的职责，按属地管理交街道指挥中心统筹，请核对后派单。")
        return self.fallback(centre, limits, f"按属地管理，由{centre.name}受理统筹。", confidence, reasons)

    def by_district(self, limits: Limits, found: list[Assignment]) -> Assignment | None:
        centre = self.centre("district")
        if centre is None:
            return None
        confidence = DISTRICT_FALLBACK if not found else min(DISTRICT_FALLBACK, found[-1].confidence)
        reasons = list(self.missing)
        if not self.place_known:
            reasons.append("没有填写地点，按本区县处理。")
        elif len(self.path) < STREET_DIGITS:
            reasons.append("地点只到区县，补充街道后更准确。")
        rule = f"承办单位不明、区县明确的，由{centre.name}组织研究（接诉即办工作条例第12条）。"
        return self.fallback(centre, limits, rule, confidence, reasons)

    def fallback(self, lead: OfficeRef, limits: Limits, rule: str, confidence: float, reasons: list[str]) -> Assignment:
        return Assignment(
            None, self.kind.id, lead, (), limits, "", "", "", "接诉即办工作条例（属地管理、分级负责）", rule,
            confidence, tuple(reasons),
        )  # fmt: skip
