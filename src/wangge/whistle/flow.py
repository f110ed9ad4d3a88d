"""The states and steps of a whistle: drafted, blown by whom its kind asks for, suspended with a day, closed.

G07: a member of the street's leadership blows the work whistle. G08: party secretary and office director, two people,
sign the hard one, and it goes to the district leader. G11: an emergency asks everybody to the spot within 30 minutes.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.db.models import Min
from django.utils import timezone

from wangge.kernel.api import webhooks
from wangge.kernel.events.bus import publish
from wangge.kernel.flow import Flow, Refused, TransitionBase, step
from wangge.territory.enums import STREET_LENGTH
from wangge.whistle import clocks, guards, policy
from wangge.whistle.enums import (
    LIVE_SUMMONS,
    OPEN_STATES,
    ClockName,
    NoticeKind,
    SummonsState,
    WhistleKind,
    WhistleState,
)
from wangge.whistle.events import WhistleBlown, WhistleClosed
from wangge.whistle.limits import limits_for
from wangge.whistle.models import Summons, Whistle, WhistleTransition
from wangge.whistle.notices import command, leader, street_offices, tell
from wangge.whistle.summons_flow import SummonsFlow

S = WhistleState
READY = (guards.somebody_is_called, guards.has_grounds)


class WhistleFlow(Flow[Whistle]):
    """``WhistleFlow(whistle, user).blow(seen=whistle.version)``. See ``kernel.flow``."""

    model = Whistle
    transitions = WhistleTransition
    states = WhistleState
    noun = "吹哨"
    initial = (S.DRAFT,)

    @step(
        "吹哨",
        source=S.DRAFT,
        target=S.RUNNING,
        may=policy.may_blow,
        guards=(guards.not_hard, *READY),
        primary=True,
    )
    def blow(self) -> None:
        """One signature suffices: the work whistle and the emergency."""
        self._blow()

    @step(
        "书记签发",
        source=S.DRAFT,
        target=(S.DRAFT, S.RUNNING),
        may=policy.over("whistle.sign_secretary"),
        guards=(guards.is_hard, guards.not_signed_as_secretary, *READY),
        primary=True,
    )
    def sign_secretary(self) -> None:
        self.obj.secretary_id, self.obj.secretary_at = self._who(), self.now
        self._blow_when_both()

    @step(
        "主任签发",
        source=S.DRAFT,
        target=(S.DRAFT, S.RUNNING),
        may=policy.over("whistle.sign_director"),
        guards=(guards.is_hard, guards.not_signed_as_director, *READY),
        primary=True,
    )
    def sign_director(self) -> None:
        self.obj.director_id, self.obj.director_at = self._who(), self.now
        self._blow_when_both()

    @step("修改草稿", source=S.DRAFT, target=None, may=policy.may_redraft, system=True)
    def redraft(self, *, change: Callable[[Whistle], dict[str, Any]]) -> None:
        """Through ``redrafting.redraft`` alone: the form is a page of its own. Who signed the earlier words, signs
        anew."""
        whistle = self.obj
        unsigned = whistle.secretary_id is not None or whistle.director_id is not None
        whistle.secretary_id = whistle.secretary_at = whistle.director_id = whistle.director_at = None
        self.taken.data = change(whistle) | ({"unsigned": True} if unsigned else {})

    @step("挂起", source=S.RUNNING, target=S.SUSPENDED, may=policy.over("whistle.suspend"), needs_reason=True)
    def suspend(self, *, until: date) -> None:
        """Long ones wait until a day and wake by themselves: suspended, never forgotten."""
        if until is None or until <= timezone.localdate(self.now):
            raise Refused("挂起须填写今天以后的到期日。")
        whistle = self.obj
        whistle.suspended_until_on, whistle.next_due_at = until, None
        whistle.suspensions += 1
        for summons in self._running():
            clocks.pause(summons, self.now)
            summons.save(update_fields=clocks.SHOWN)
        self.taken.data = {"until": until.isoformat()}
        text = f"已挂起至{until:%Y年%m月%d日}，到期自动恢复：{self.reason}"
        tell(whistle, [*whistle.office_ids, *street_offices(whistle)], NoticeKind.DECIDED, text, self.now)

    @step("恢复", source=S.SUSPENDED, target=S.RUNNING, may=policy.over("whistle.suspend"), primary=True)
    def resume(self) -> None:
        whistle = self.obj
        whistle.suspended_until_on = None
        for summons in self._running():
            objects = summons.state == SummonsState.OBJECTED
            clocks.resume(summons, self.now, names=[ClockName.DECIDE] if objects else clocks.NOT_OBJECTING)
            summons.save(update_fields=clocks.SHOWN)
        whistle.next_due_at = self._nearest()

    @step(
        "销哨",
        source=S.RUNNING,
        target=S.CLOSED,
        may=policy.over("whistle.close"),
        guards=(guards.everything_checked,),
        primary=True,
    )
    def close(self, *, result: str) -> None:
        """Everything was checked: the street ends it."""
        if not result.strip():
            raise Refused("请填写销哨意见。")
        self.obj.result, self.obj.closed_at, self.obj.next_due_at = result.strip(), self.now, None
        offices = [*self.obj.office_ids, command(self.obj)]
        tell(self.obj, offices, NoticeKind.CLOSED, f"已销哨，请研判此哨是否恰当：{result.strip()}", self.now)

    @step(
        "撤回",
        source=(S.DRAFT, S.RUNNING, S.SUSPENDED),
        target=S.WITHDRAWN,
        may=policy.may_withdraw,
        needs_reason=True,
    )
    def withdraw(self) -> None:
        whistle = self.obj
        for summons in whistle.summonses.filter(state__in=[SummonsState.PREPARED, *LIVE_SUMMONS]):
            SummonsFlow(summons, now=self.now).release(reason=self.reason)
        whistle.closed_at, whistle.next_due_at, whistle.suspended_until_on = self.now, None, None
        offices = [*whistle.office_ids, *([] if self._wrote_it() else street_offices(whistle))]
        tell(whistle, offices, NoticeKind.DECIDED, f"街道已撤回此哨：{self.reason}", self.now)

    @step("随区划变更", source=OPEN_STATES, target=None, may=policy.system_only, system=True)
    def move_place(self, *, path: str) -> None:
        """The place bears a new code (``moving.py``); the row left behind keeps the old one."""
        self.taken.data = {"path": [self.obj.path, path]}
        self.obj.path, self.obj.street_path = path, path[:STREET_LENGTH]

    # -- what several steps share --------------------------------------------------------------

    def moved(self, row: TransitionBase) -> None:
        whistle = self.obj
        if row.target == row.source:
            return
        told = {"number": whistle.number, "kind": whistle.kind, "from": row.source, "to": row.target}
        webhooks.emit(f"whistle.{row.step}", told, whistle.path)
        if row.source == S.DRAFT and row.target == S.RUNNING:
            publish(WhistleBlown(whistle.pk, whistle.number, whistle.path, whistle.kind, tuple(whistle.office_ids)))
        if row.target == S.CLOSED:
            publish(WhistleClosed(whistle.pk, whistle.number, whistle.path))

    def _wrote_it(self) -> bool:
        return self.user is not None and self.user.pk == self.obj.created_by_id

    def _who(self) -> int:
        if self.user is None:
            raise Refused("签发须由本人办理。")
        return int(self.user.pk)

    def _blow_when_both(self) -> None:
        whistle = self.obj
        if whistle.secretary_id is None or whistle.director_id is None:
            self.taken.target = S.DRAFT
            return
        self.taken.target = S.RUNNING
        self._blow()

    def _blow(self) -> None:
        whistle = self.obj
        limits = limits_for(whistle.kind, whistle.path, now=self.now)
        whistle.limits, whistle.radius_m, whistle.posture = limits.as_json(), limits.radius_m, limits.posture
        whistle.blown_at, whistle.blown_by_id = self.now, self.user.pk if self.user is not None else None
        # The clocks of the summonses read the limits from the row.
        Whistle.objects.filter(pk=whistle.pk).update(limits=whistle.limits)
        prepared = list(whistle.summonses.filter(state=SummonsState.PREPARED).select_related("office").order_by("pk"))
        for summons in prepared:
            SummonsFlow(summons, now=self.now).send()
        whistle.office_ids = sorted(summons.office_id for summons in prepared)
        whistle.next_due_at = self._nearest()
        text = f"{whistle.get_kind_display()}：{whistle.title}"
        above = [leader(whistle)] if whistle.kind == WhistleKind.HARD else []
        tell(whistle, [*whistle.office_ids, command(whistle), *above], NoticeKind.SUMMONED, text, self.now)
        self.taken.data = {"offices": whistle.office_ids, "limits": whistle.limits, "source": limits.source}

    def _running(self) -> list[Summons]:
        """Summonses that are not over; of one that objects the command centre's clock runs."""
        return list(self.obj.summonses.select_for_update().filter(state__in=LIVE_SUMMONS))

    def _nearest(self) -> datetime | None:
        found: datetime | None = self.obj.summonses.aggregate(nearest=Min("next_due_at"))["nearest"]
        return found


def wake(whistle: Whistle, *, now: datetime) -> None:
    """Take up a suspended whistle again because its day has come, and tell everybody whom it concerns."""
    WhistleFlow(whistle, now=now).resume(reason="挂起到期，自动恢复")
    offices = [*whistle.office_ids, *street_offices(whistle)]
    tell(whistle, offices, NoticeKind.RESUMED, "挂起到期，已恢复办理，时限继续计算", now)
