"""The states and steps of one summons: sign, object, arrive, plan, handle, report, checked item by item.

Every step locks the whistle first and the summons after it, so that a suspension and an arrival never cross.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.utils import timezone

from wangge.kernel.events.bus import publish
from wangge.kernel.flow import Flow, Refused, Step, TransitionBase, step
from wangge.organization import queries as organization
from wangge.whistle import checkin, clocks, guards, policy
from wangge.whistle.enums import (
    LIVE_SUMMONS,
    CheckInWay,
    ClockName,
    NoticeKind,
    Rank,
    Role,
    SummonsState,
    TaskState,
    WhistleKind,
)
from wangge.whistle.events import SummonsMoved
from wangge.whistle.models import CheckIn, Summons, SummonsTransition, Task, Whistle
from wangge.whistle.notices import command, street_offices, tell

S = SummonsState
# Somebody of the office was on the spot, and it is not over.
BEEN_HERE = (S.ARRIVED, S.HANDLING, S.REPORTED)


class SummonsFlow(Flow[Summons]):
    """``SummonsFlow(summons, user).sign(seen=summons.version)``. See ``kernel.flow``."""

    model = Summons
    transitions = SummonsTransition
    states = SummonsState
    noun = "报到通知"
    initial = (S.PREPARED,)
    successor: int | None = None

    @step("发出", source=S.PREPARED, target=S.SUMMONED, may=policy.system_only, system=True)
    def send(self) -> None:
        """The whistle is blown: signing and arriving run from this instant."""
        self.obj.summoned_at = self.now
        clocks.start(self.obj, [ClockName.SIGN, ClockName.ARRIVE], self.now)
        self.taken.to_office_id = self.obj.office_id

    @step(
        "签收",
        source=S.SUMMONED,
        target=S.SIGNED,
        may=policy.summoned("whistle.handle"),
        guards=(guards.whistle_runs,),
        primary=True,
    )
    def sign(self) -> None:
        self._sign()

    @step(
        "提出异议",
        source=(S.SUMMONED, S.SIGNED),
        target=S.OBJECTED,
        may=policy.summoned("whistle.object"),
        guards=(guards.whistle_runs, guards.not_designated),
        needs_reason=True,
    )
    def object_to(self) -> None:
        """Not this office's duty: the command centre decides, on a clock of its own; the office's time stands still."""
        whistle = self.obj.whistle
        self.obj.objections += 1
        clocks.object_to(self.obj, self.now)
        text = f"{self._office()}提出异议：{self.reason}"
        tell(whistle, [command(whistle)], NoticeKind.OBJECTED, text, self.now)

    @step(
        "异议成立",
        source=S.OBJECTED,
        target=S.RELEASED,
        may=policy.street_of("whistle.decide"),
        guards=(guards.whistle_runs,),
        needs_reason=True,
        primary=True,
    )
    def accept_objection(self, *, replace_by: int | None = None) -> None:
        """Released. A lead needs a successor: the office the command centre designates."""
        summons = self.obj
        if replace_by is None and summons.role == Role.LEAD:
            raise Refused("主办单位异议成立的，须同时指定新的主办单位。")
        self._decided()
        self._release()
        if replace_by is not None:
            self._name_successor(replace_by)

    @step(
        "驳回异议（指定承办）",
        source=S.OBJECTED,
        target=(S.SUMMONED, S.SIGNED),
        may=policy.street_of("whistle.decide"),
        guards=(guards.whistle_runs,),
        needs_reason=True,
    )
    def designate(self) -> None:
        """The office stays called and may not object again."""
        summons = self.obj
        summons.designated = True
        self._decided()
        clocks.resume(summons, self.now)
        self.taken.target = S.SUMMONED if summons.signed_at is None else S.SIGNED
        tell(summons.whistle, [summons.office_id], NoticeKind.DECIDED, f"异议未成立，指定承办：{self.reason}", self.now)

    @step(
        "到场签到",
        source=(S.SUMMONED, S.SIGNED),
        target=S.ARRIVED,
        may=policy.summoned("whistle.handle"),
        guards=(guards.whistle_runs,),
        primary=True,
    )
    def arrive(
        self,
        *,
        way: str,
        rank: str,
        person: str = "",
        lng: float | None = None,
        lat: float | None = None,
        code: str = "",
    ) -> None:
        """By position within the radius, or by the code the street shows."""
        came = self._check_in(way, person=person, rank=rank, lng=lng, lat=lat, code=code)
        self._arrived(came)

    @step(
        "确认到场",
        source=(S.SUMMONED, S.SIGNED),
        target=S.ARRIVED,
        may=policy.street_of("whistle.check"),
        guards=(guards.whistle_runs,),
    )
    def confirm_arrival(self, *, person: str, rank: str) -> None:
        """The street says who came (no signal, no phone)."""
        self._arrived(self._confirm(person, rank))

    @step(
        "再次签到",
        source=BEEN_HERE,
        target=None,
        may=policy.summoned("whistle.handle"),
        guards=(guards.whistle_runs,),
    )
    def arrive_again(
        self,
        *,
        way: str,
        rank: str,
        person: str = "",
        lng: float | None = None,
        lat: float | None = None,
        code: str = "",
    ) -> None:
        """Somebody else comes too, or on another day. Kept; the first arrival alone counts for clock and rank."""
        self._told(self._check_in(way, person=person, rank=rank, lng=lng, lat=lat, code=code))

    @step(
        "再次确认到场",
        source=BEEN_HERE,
        target=None,
        may=policy.street_of("whistle.check"),
        guards=(guards.whistle_runs,),
    )
    def confirm_again(self, *, person: str, rank: str) -> None:
        """The same, as the street says."""
        self._told(self._confirm(person, rank))

    @step(
        "提交方案",
        source=S.ARRIVED,
        target=S.HANDLING,
        may=policy.summoned("whistle.handle"),
        guards=(guards.whistle_runs,),
        primary=True,
    )
    def submit_plan(self, *, plan: str) -> None:
        if not plan.strip():
            raise Refused("请填写处置方案。")
        self.obj.plan, self.obj.planned_at = plan.strip(), self.now
        clocks.stop(self.obj, self.now, names=[ClockName.PLAN])

    @step(
        "反馈结果",
        source=(S.ARRIVED, S.HANDLING),
        target=S.REPORTED,
        may=policy.summoned("whistle.handle"),
        guards=(guards.whistle_runs, guards.plan_is_there, guards.assists_reported),
        primary=True,
    )
    def submit_report(self, *, report: str, answers: Mapping[int, str]) -> None:
        """The report, with an answer to every open task."""
        summons = self.obj
        if not report.strip():
            raise Refused("请填写处置情况。")
        waiting = list(summons.tasks.exclude(state=TaskState.PASSED))
        missing = [task.text for task in waiting if not answers.get(task.pk, "").strip()]
        if missing:
            raise Refused(f"请逐项填写完成情况：{'；'.join(missing)}。")
        for task in waiting:
            task.answer, task.answered_at, task.state = answers[task.pk].strip(), self.now, TaskState.ANSWERED
            task.save(update_fields=["answer", "answered_at", "state"])
        summons.report, summons.reported_at = report.strip(), self.now
        summons.handled_by_id = self.user.pk if self.user is not None else None
        clocks.check(summons, self.now)
        tell(
            summons.whistle,
            street_offices(summons.whistle),
            NoticeKind.REPORTED,
            f"{self._office()}已反馈，请逐项核实",
            self.now,
        )

    @step(
        "逐项核实",
        source=S.REPORTED,
        target=(S.DONE, S.HANDLING),
        may=policy.street_of("whistle.check"),
        guards=(guards.whistle_runs, guards.somebody_else),
        primary=True,
    )
    def check(self, *, passed: Mapping[int, bool], notes: Mapping[int, str] | None = None) -> None:
        """The street looks at each task by itself; one that fails sends the whole back with its reason."""
        summons, notes = self.obj, notes or {}
        failed: list[str] = []
        for task in summons.tasks.filter(state=TaskState.ANSWERED):
            if task.pk not in passed:
                raise Refused(f"请对每一项给出核实结论：{task.text}。")
            note = notes.get(task.pk, "").strip()
            if not passed[task.pk] and not note:
                raise Refused(f"“{task.text}”未通过，请写明问题。")
            task.state = TaskState.PASSED if passed[task.pk] else TaskState.FAILED
            task.note, task.checked_at = note[:300], self.now
            task.checked_by_id = self.user.pk if self.user is not None else None
            task.save(update_fields=["state", "note", "checked_at", "checked_by_id"])
            if not passed[task.pk]:
                failed.append(f"{task.text}：{note}")
        self.taken.data = {"failed": failed}
        if failed:
            summons.returns += 1
            self.taken.target = S.HANDLING
            clocks.again(summons, self.now)
            text = f"{len(failed)}项未通过：{'；'.join(failed)}"
            tell(summons.whistle, [summons.office_id], NoticeKind.RETURNED, text, self.now)
        else:
            clocks.stop(summons, self.now)
            summons.done_at = self.now
            self.taken.target = S.DONE

    @step(
        "领受任务",
        source=(*LIVE_SUMMONS, S.DONE),
        target=(*LIVE_SUMMONS, S.DONE),
        may=policy.system_only,
        system=True,
    )
    def take_on(self, *, tasks: list[Task]) -> None:
        """A meeting gave more to do; what was finished begins again."""
        Task.objects.bulk_create(tasks)
        self.taken.target = self.state
        if self.state in (S.DONE, S.REPORTED):
            self.obj.done_at = None
            self.taken.target = S.HANDLING
            clocks.again(self.obj, self.now)
        self.taken.data = {"tasks": [task.text for task in tasks]}

    @step("免除", source=(S.PREPARED, *LIVE_SUMMONS), target=S.RELEASED, may=policy.system_only, system=True)
    def release(self) -> None:
        """The whistle was withdrawn."""
        clocks.stop(self.obj, self.now)

    # -- what several steps share --------------------------------------------------------------

    def moved(self, row: TransitionBase) -> None:
        summons = self.obj
        if self.successor is not None:  # the place of a lead is free now
            call(summons.whistle, self.successor, summons.role, summons.tasks.all(), now=self.now, designated=True)
        clocks.show_whistle(summons.whistle_id)
        publish(SummonsMoved(summons.pk, summons.whistle_id, summons.office_id, row.step, row.source, row.target))

    def _lock(self, declared: Step, seen: int | None) -> None:
        self.obj.whistle = Whistle.objects.select_for_update().get(pk=self.obj.whistle_id)
        super()._lock(declared, seen)

    def _office(self) -> str:
        office = organization.office(self.obj.office_id)
        return office.name if office is not None else ""

    def _sign(self) -> None:
        summons = self.obj
        if summons.signed_at is None:
            summons.signed_at = self.now
            clocks.stop(summons, self.now, names=[ClockName.SIGN])

    def _check_in(
        self, way: str, *, person: str, rank: str, lng: float | None, lat: float | None, code: str
    ) -> CheckIn:
        """Proved by position within the radius, or by the code."""
        whistle = self.obj.whistle
        metres: int | None = None
        if lng is not None and lat is not None and whistle.lng is not None and whistle.lat is not None:
            metres = checkin.distance_m(lng, lat, whistle.lng, whistle.lat)
        if way == CheckInWay.POSITION:
            if whistle.lng is None:
                raise Refused("集结地点没有定位，请扫街道出示的签到码，或由街道确认到场。")
            if lng is None or lat is None:
                raise Refused("没有取到手机位置，请重新定位，或扫街道出示的签到码。")
            if metres is None or metres > whistle.radius_m:
                raise Refused(f"您距集结地点约{metres}米，须在{whistle.radius_m}米以内签到。")
        elif way == CheckInWay.CODE:
            if not checkin.code_fits(whistle.pk, code, self.now):
                raise Refused("签到码不对或已过期，请看街道现在出示的6位数字。")
        else:
            raise Refused("请选择签到方式。")
        name = person.strip() or (self.user.display_name if self.user is not None else "")
        return self._came(way, person=name, rank=rank, lng=lng, lat=lat, metres=metres)

    def _confirm(self, person: str, rank: str) -> CheckIn:
        if not person.strip():
            raise Refused("请填写到场人。")
        return self._came(CheckInWay.STREET, person=person.strip(), rank=rank)

    def _came(
        self,
        way: str,
        *,
        person: str,
        rank: str,
        lng: float | None = None,
        lat: float | None = None,
        metres: int | None = None,
    ) -> CheckIn:
        """One check-in a person and day."""
        summons, name = self.obj, person[:60]
        if rank not in Rank.values:
            raise Refused("请选择到场人职级。")
        today = timezone.localdate(self.now)
        earlier = [one.at for one in summons.check_ins.filter(person=name) if timezone.localdate(one.at) == today]
        if earlier:
            raise Refused(f"{name}今天{timezone.localtime(earlier[0]):%H:%M}已签到，不需要重复签到。")
        return CheckIn.objects.create(
            summons=summons,
            way=way,
            person=name,
            rank=rank,
            lng=lng,
            lat=lat,
            distance_m=metres,
            at=self.now,
            by_id=self.user.pk if self.user is not None else None,
        )

    def _arrived(self, came: CheckIn) -> None:
        summons = self.obj
        self._sign()
        summons.arrived_at, summons.rank = self.now, came.rank
        clocks.stop(summons, self.now, names=[ClockName.ARRIVE])
        # An emergency is handled at once: nobody waits for a plan.
        planned = [] if summons.whistle.kind == WhistleKind.EMERGENCY else [ClockName.PLAN]
        clocks.start(summons, [*planned, ClockName.REPORT], self.now)
        self._told(came)

    def _told(self, came: CheckIn) -> None:
        self.taken.data = {"way": came.way, "rank": came.rank, "distance_m": came.distance_m}

    def _decided(self) -> None:
        in_time = clocks.decide(self.obj, self.now)
        if in_time is not None:
            self.taken.data = {"on_time": in_time}

    def _release(self) -> None:
        """The office is out, and sees the whistle no longer."""
        summons = self.obj
        clocks.stop(summons, self.now)
        whistle = summons.whistle
        whistle.office_ids = [office for office in whistle.office_ids if office != summons.office_id]
        Whistle.objects.filter(pk=whistle.pk).update(office_ids=whistle.office_ids)
        tell(whistle, [summons.office_id], NoticeKind.DECIDED, f"异议成立，已免除：{self.reason}", self.now)

    def _name_successor(self, office_id: int) -> None:
        """Another office will take role and tasks (see ``moved``); designated, it may not object."""
        summons = self.obj
        office = organization.office(office_id)
        if office is None or not office.open:
            raise Refused("所选单位不存在或已撤销。")
        if (
            Summons.objects.filter(whistle_id=summons.whistle_id, office_id=office_id)
            .exclude(state=S.RELEASED)
            .exists()
        ):
            raise Refused(f"{office.name}已在被吹单位中。")
        self.successor = self.taken.to_office_id = office_id


def call(
    whistle: Whistle, office_id: int, role: str, tasks: Iterable[Task], *, now: datetime, designated: bool = False
) -> Summons:
    """Call one more office of a whistle that runs, with copies of ``tasks``."""
    summons = Summons.objects.create(
        whistle=whistle, office_id=office_id, role=role, state=S.PREPARED, designated=designated
    )
    Task.objects.bulk_create(
        Task(summons=summons, text=t.text, due_on=t.due_on, meeting_id=t.meeting_id) for t in tasks
    )
    flow = SummonsFlow(summons, now=now)
    flow.record_start()
    flow.send()
    whistle.office_ids = sorted({*whistle.office_ids, office_id})
    Whistle.objects.filter(pk=whistle.pk).update(office_ids=whistle.office_ids)
    tell(whistle, [office_id], NoticeKind.SUMMONED, f"{whistle.get_kind_display()}：{whistle.title}", now)
    return summons
