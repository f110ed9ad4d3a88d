"""Whistles of both streets for the walk: one that runs, one closed and judged, one drafted, an emergency with a roster.

Street A calls the housing department, street B another: who sees one of B's sees a leak.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from django.utils import timezone
from tests.cases.conftest import LONG_AGO

from wangge.duties.models import DutyItem, DutyList
from wangge.kernel.access.models import User
from wangge.organization.models import Office
from wangge.whistle.displays import add_display
from wangge.whistle.models import (
    Appeal,
    CheckIn,
    CitedItem,
    Judgement,
    Posture,
    PostureDuty,
    Rating,
    Roster,
    RosterMember,
    Summons,
    Task,
    Whistle,
    WhistleLimit,
    WhistleNotice,
)

if TYPE_CHECKING:
    from tests.security.district import District, Side

ABOUT: Final = {
    ("whistle_", "pk"): "whistle",
    ("field_whistle", "pk"): "whistle",
    ("summons_", "pk"): "summons",
    ("posture_", "pk"): "posture",
    ("posture_duty_off", "pk"): "posture_duty",
    ("roster_", "pk"): "roster",
    ("roster_take_out", "pk"): "roster_member",
    ("appeal_decide", "pk"): "appeal",
    ("whistle_appeal", "pk"): "rating",
    ("whistle_limits_end", "pk"): "whistle_limit",
    ("wall", "key"): "wall_key",
    ("api-v1:read_whistle", "whistle"): "whistle_number",
    ("api-v1:read_summons", "summons"): "summons",
}


def plant_whistles(built: District, side: Side, mark: str, street: str, by: User) -> None:
    """Everything a street's whistles consist of, with ``mark`` wherever words can stand."""
    secret = mark == "qz"
    district = street[:6]
    for kind, name in (("district.housing", "区住建局"), ("district.urban_management", "区城市管理局")):
        # Both from the first: an office of the district is seen by everybody.
        Office.objects.get_or_create(
            kind=kind, path=district, defaults={"name": name, "level": "district", "valid_from": LONG_AGO}
        )
    called = Office.objects.get(kind="district.urban_management" if secret else "district.housing", path=district)
    duty_list, _ = DutyList.objects.get_or_create(
        code="district",
        defaults={"name": "区级部门职责清单", "level": "district", "kind": "duty", "valid_from": LONG_AGO},
    )
    item, _ = DutyItem.objects.get_or_create(duty_list=duty_list, number="20.1", defaults={"title": "房屋安全"})
    own = built.small.offices["other_centre" if secret else "centre"]
    now = timezone.now()
    rows = []
    for state in ("running", "closed", "draft"):
        sent = state != "draft"
        whistle = Whistle.objects.create(
            number=f"{street}2024010100{len(rows)}0",
            kind="work",
            origin="patrol",
            title=f"{mark}Title吹哨",
            text=f"{mark}Text情况",
            tried=f"{mark}Reason",
            wanted=f"{mark}Request",
            path=f"{street}001",
            street_path=street,
            office=own,
            address=f"{mark}Address",
            lng=109.847319 if secret else 109.8,
            lat=40.6,
            state=state,
            office_ids=[called.pk] if sent else [],
            limits={"sign": [2, "hour"], "arrive": [1, "day"], "plan": [2, "day"], "report": [7, "day"]},
            result=f"{mark}Reply" if state == "closed" else "",
            created_at=now,
            created_by_id=by.pk,
            blown_at=now if sent else None,
            closed_at=now if state == "closed" else None,
        )
        CitedItem.objects.create(whistle=whistle, item=item, text="房屋安全")
        summons = Summons.objects.create(
            whistle=whistle,
            office=called,
            role="lead",
            state={"running": "handling", "closed": "done", "draft": "prepared"}[state],
            plan=f"{mark}Reason",
            report=f"{mark}Reply",
            summoned_at=now if sent else None,
            rank="clerk",
        )
        Task.objects.create(summons=summons, text=f"{mark}Asked")
        if sent:
            CheckIn.objects.create(summons=summons, way="street", person=f"{mark}Contact", rank="clerk", at=now)
            WhistleNotice.objects.create(
                whistle=whistle, office_id=own.pk, kind="summoned", text=f"{mark}Notice", at=now
            )
        rows.append(whistle)
        side.add("whistle", whistle.pk)
        side.add("whistle_number", whistle.number)
        side.add("summons", summons.pk)
    _evaluated(side, mark, rows[1], called, by)
    _emergency(side, mark, street, own, by)
    limit = WhistleLimit.objects.create(
        kind="work", path=street, sign_value=1, sign_unit="hour", arrive_value=1, arrive_unit="day",
        plan_value=1, plan_unit="day", report_value=1, report_unit="day", check_value=1, check_unit="day",
        decide_value=1, decide_unit="day", raise_value=1, raise_unit="day",
        valid_from=date(2024, 1, 1), source=f"{mark}Reason",
    )  # fmt: skip
    side.add("whistle_limit", limit.pk)
    leader = built.people["leader of B" if secret else "street_leader"]
    side.add("wall_key", add_display(name="值班室大屏", path=street, days=30, by=leader)[1])


def _evaluated(side: Side, mark: str, whistle: Whistle, called: Office, by: User) -> None:
    now = timezone.now()
    rating = Rating.objects.create(
        summons=whistle.summonses.get(), punctuality=5, rank=2, plan=3, result=3, attitude=3,
        comment=f"{mark}Decision", total=70, at=now, by_id=by.pk,
    )  # fmt: skip
    appeal = Appeal.objects.create(rating=rating, reason=f"{mark}Request", at=now, by_id=by.pk)
    Judgement.objects.create(whistle=whistle, office=called, verdict="improper", reason=f"{mark}Reason", at=now)
    side.add("rating", rating.pk)
    side.add("appeal", appeal.pk)


def _emergency(side: Side, mark: str, street: str, own: Office, by: User) -> None:
    now = timezone.now()
    posture = Posture.objects.create(
        path=street, title=f"{mark}Title应急", reason=f"{mark}Reason", began_at=now, began_by_id=by.pk
    )
    duty = PostureDuty.objects.create(
        posture=posture, post=f"{mark}Contact", office=own, user=by, from_at=now, to_at=now + timedelta(days=9)
    )
    side.add("posture", posture.pk)
    side.add("posture_duty", duty.pk)
    roster = Roster.objects.create(path=street, name=f"{mark}Title名册", valid_from=date(2024, 1, 1))
    member = RosterMember.objects.create(roster=roster, post=f"{mark}Contact", office=own, user=by)
    side.add("roster", roster.pk)
    side.add("roster_member", member.pk)
