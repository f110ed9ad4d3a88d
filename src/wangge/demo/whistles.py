"""Thirty whistles of the last days: some closed and judged, most alive, a few late, one objected to, one suspended.

They go through the real actions and steps, told forward in time until the present cuts them off.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final

from wangge.demo.cast import Cast
from wangge.demo.clock import Clock, Later
from wangge.demo.district import HOME, SEED, spots
from wangge.demo.quick import nobody_listens, one_piece
from wangge.demo.texts import Spot as Place
from wangge.demo.visiting import FIRST_STREET
from wangge.duties.models import DutyItem
from wangge.kernel.access.models import User
from wangge.kernel.facts.actions import rebuild
from wangge.kernel.facts.registry import facts
from wangge.organization.models import Office
from wangge.organization.queries import office_at, office_of
from wangge.whistle import sweeping
from wangge.whistle.drafting import Called, Spot, draft
from wangge.whistle.enums import Rank, Role, TaskState, WhistleKind, WhistleState
from wangge.whistle.evaluating import judge, rate
from wangge.whistle.flow import WhistleFlow
from wangge.whistle.models import Summons, Whistle
from wangge.whistle.rosters import add_roster, put_in
from wangge.whistle.summons_flow import SummonsFlow

COUNT: Final = 30
DAYS: Final = 9
RAISED_AFTER: Final = timedelta(minutes=40)


@dataclass(frozen=True, slots=True)
class Plot:
    """What a whistle is about: ``{place}`` is filled in; the first office leads; ``word`` finds the list item."""

    kind: str
    origin: str
    title: str
    text: str
    tried: str
    wanted: str
    word: str
    called: tuple[tuple[str, tuple[str, ...]], ...]


HOUSING, URBAN, FIRE = "district.housing", "district.urban_management", "district.fire"
ECOLOGY, MARKET, TRAFFIC = "district.ecology", "district.market", "district.traffic_police"
HEAT, EMERGENCY = "enterprise.heat", "district.emergency"
W, H, E = WhistleKind.WORK, WhistleKind.HARD, WhistleKind.EMERGENCY
PLOTS: Final = (
    Plot(W, "patrol", "{place}门前夜市占道，油烟扰民", "二十余家烧烤摊夜间占道，油烟直排居民楼，居民多次反映。",
         "执法队劝离十二次，摊主与执法人员周旋，反复回潮。",
         "请城管局牵头联合执法，市场监管局、生态环境分局同步到场。", "占道",
         ((URBAN, ("现场联合执法，清理占道摊位", "划定疏导区")), (MARKET, ("核查证照和食品安全",)),
          (ECOLOGY, ("检测油烟排放",)))),
    Plot(W, "hidden_danger", "{place}外墙瓷砖脱落", "三单元外墙瓷砖成片脱落，下方是居民出入口。",
         "已拉警戒线，多次联系物业和开发单位，均未维修。", "请住建局鉴定并督促维修，城管局配合围挡。", "房屋",
         ((HOUSING, ("现场鉴定外墙安全", "督促责任单位维修")), (URBAN, ("设置围挡",)))),
    Plot(H, "enforcement", "{place}楼顶违法建设久拆不除", "顶层住户加盖彩钢房约六十平方米，邻里矛盾突出。",
         "街道下达限期整改通知三次，当事人拒不配合。", "请城管局依法处置，住建局、公安交管配合。", "违法建设",
         ((URBAN, ("立案查处，依法拆除",)), (HOUSING, ("提供规划、产权认定意见",)))),
    Plot(H, "patrol", "{place}老旧管网冒溢，权属不清", "雨污合流管道塌陷，每逢下雨倒灌地下室。",
         "街道先后疏通五次，物业、产权单位相互推诿。", "请区领导协调，明确权属并安排改造。", "排水",
         ((HOUSING, ("查明管网权属", "提出改造方案")), (ECOLOGY, ("检测排口水质",)))),
    Plot(E, "hidden_danger", "{place}配电间冒烟", "地下配电间冒烟，伴有焦糊味，楼内住有多位老人。",
         "网格员已组织疏散，社区切断总闸。", "请消防大队、应急局立即到场处置。", "消防",
         ((FIRE, ("现场排险",)), (EMERGENCY, ("统筹现场处置",)))),
    Plot(E, "hidden_danger", "{place}门前供热管道爆裂", "一次网管道爆裂，热水漫上路面，影响三栋楼供暖。",
         "社区已封路并疏散商户。", "请供热公司立即关阀抢修，交管大队疏导交通。", "供热",
         ((HEAT, ("关阀抢修", "恢复供热")), (TRAFFIC, ("封控路段，疏导车辆",)))),
    Plot(W, "enforcement", "{place}周边僵尸车占用消防通道", "七辆长期停放车辆占用消防通道，车主无法联系。",
         "张贴告知书一个月，社区逐户查找车主未果。", "请交管大队牵头清拖，消防大队认定通道。", "停车",
         ((TRAFFIC, ("查找车主，依法清拖",)), (FIRE, ("认定消防通道并划线",)))),
)  # fmt: skip


class Told:
    """One telling: its people, clock and dice."""

    def __init__(self, clock: Clock, random: Random) -> None:
        self.cast, self.clock, self.random = Cast(), clock, random
        self.places = [spot for spot in spots() if spot.kind == "compound"]

    def story(self, number: int) -> None:
        """From the draft to wherever the present cuts it off."""
        plot = PLOTS[number % len(PLOTS)]
        here = [p for p in self.places if p.path.startswith(FIRST_STREET)] if plot.kind == H else self.places
        place = self.random.choice(here)
        writer = self.random.choice(self.cast.over("street_dispatcher", place.path[:9]))
        try:
            whistle = self._blow(plot, place, writer)
            if number % 11 == 6:
                self.clock.wait(self.random, 30, 200)
                lead = whistle.summonses.get(role=Role.LEAD)
                SummonsFlow(lead, self._clerk(lead)).object_to(reason="该路段管护责任在市级，附移交清单。")
                return
            rows = list(whistle.summonses.order_by("role"))  # assisting ones first: the lead reports after them
            for summons in rows:
                self._come(whistle, summons)
            for summons in rows:
                self._report(summons, writer)
            self.clock.wait(self.random, 30, 300)
            whistle = Whistle.objects.get(pk=whistle.pk)
            WhistleFlow(whistle, writer).close(result="各项任务逐项核实通过，现场已恢复，同意销哨。")
            self._judge(whistle, rows, writer)
        except Later:
            return

    def _blow(self, plot: Plot, place: Place, writer: User) -> Whistle:
        whistle = self._draft(plot, place, writer)
        self.clock.wait(self.random, 5, 90)
        if plot.kind == E:
            WhistleFlow(whistle, writer).blow()
        elif plot.kind == W:
            WhistleFlow(whistle, self.cast.one("street_leader", self.random, place.path[:9])).blow()
        else:
            WhistleFlow(whistle, self.cast.one("street_secretary", self.random, FIRST_STREET)).sign_secretary()
            self.clock.wait(self.random, 10, 200)
            WhistleFlow(whistle, self.cast.one("street_director", self.random, FIRST_STREET)).sign_director()
        return Whistle.objects.get(pk=whistle.pk)

    def for_visitors(self, end: datetime) -> None:
        """A hard one that waits for both signatures, and one that is blown and waits for the district leader."""
        here = [place for place in self.places if place.path.startswith(FIRST_STREET)]
        writer = self.cast.over("street_dispatcher", FIRST_STREET)[0]
        for plot, before in ((PLOTS[3], timedelta(minutes=100)), (PLOTS[2], timedelta(minutes=50))):
            self.clock.set(end - before)
            whistle = self._draft(plot, self.random.choice(here), writer)
            if plot is PLOTS[2]:
                WhistleFlow(whistle, self.cast.one("street_secretary", self.random, FIRST_STREET)).sign_secretary()
                self.clock.to(end - timedelta(minutes=20))
                WhistleFlow(whistle, self.cast.one("street_director", self.random, FIRST_STREET)).sign_director()

    def _draft(self, plot: Plot, place: Place, writer: User) -> Whistle:
        offices = [(office_at(kind, place.path), tasks) for kind, tasks in plot.called]
        called = [
            Called(office.id, Role.LEAD if at == 0 else Role.ASSIST, tasks)
            for at, (office, tasks) in enumerate(pair for pair in offices if pair[0] is not None)
            if office is not None
        ]
        return draft(
            kind=plot.kind,
            origin=plot.origin,
            title=plot.title.format(place=place.name),
            text=plot.text,
            tried=plot.tried,
            wanted=plot.wanted,
            spot=Spot(place.path[:12], f"{place.road}{place.name}", place.lng, place.lat),
            called=called,
            items=[self._item(plot)],
            by=writer,
        )

    def _item(self, plot: Plot) -> DutyItem:
        rows = DutyItem.objects.filter(duty_list__level__in=["district", "enterprise"]).select_related("duty_list")
        return rows.filter(title__contains=plot.word).first() or rows.order_by("pk")[0]

    def _clerk(self, summons: Summons) -> User:
        found = self.cast.clerk(summons.office_id, self.random)
        assert found is not None
        return found

    def _come(self, whistle: Whistle, summons: Summons) -> None:
        clerk = self._clerk(summons)
        summons.refresh_from_db()
        assert summons.next_due_at is not None
        self.clock.toward(summons.next_due_at, self.random.choice((0.2, 0.4, 0.6, 1.4)), self.random)
        SummonsFlow(summons, clerk).sign()
        summons = Summons.objects.get(pk=summons.pk)
        assert summons.next_due_at is not None
        self.clock.toward(summons.next_due_at, self.random.choice((0.3, 0.5, 0.7, 0.9, 1.3)), self.random)
        rank = self.random.choice((Rank.HEAD, Rank.DEPUTY, Rank.SECTION, Rank.SECTION, Rank.CLERK))
        SummonsFlow(summons, clerk).arrive(way="position", rank=rank, lng=whistle.lng, lat=whistle.lat)
        if whistle.kind != E:
            self.clock.wait(self.random, 60, 600)
            flow = SummonsFlow(Summons.objects.get(pk=summons.pk), clerk)
            flow.submit_plan(plan="现场会商后分工：当日控制现场，三日内整改到位，一周后回头看。")

    def _report(self, summons: Summons, writer: User) -> None:
        fails = self.random.random() < 0.25
        while True:
            summons = Summons.objects.get(pk=summons.pk)
            self.clock.wait(self.random, 120, 2400)
            waiting = summons.tasks.exclude(state=TaskState.PASSED)
            answers = {task.pk: "已办理，附现场照片。" for task in waiting}
            SummonsFlow(summons, self._clerk(summons)).submit_report(report="按方案办理完毕。", answers=answers)
            self.clock.wait(self.random, 30, 400)
            summons = Summons.objects.get(pk=summons.pk)
            passed = {task.pk: not fails for task in summons.tasks.filter(state=TaskState.ANSWERED)}
            notes = dict.fromkeys(passed, "现场复查发现问题仍在。") if fails else {}
            SummonsFlow(summons, writer).check(passed=passed, notes=notes)
            if not fails:
                return
            fails = False

    def _judge(self, whistle: Whistle, rows: list[Summons], writer: User) -> None:
        self.clock.wait(self.random, 30, 300)
        for row in rows:
            summons = Summons.objects.get(pk=row.pk)
            result = self.random.choice((3, 4, 5, 5))
            rate(summons=summons, plan=4, result=result, attitude=self.random.choice((3, 4, 5)), by=writer)
        whistle.refresh_from_db()
        judge(whistle=whistle, office_id=rows[-1].office_id, verdict="proper", by=self._clerk(rows[-1]))


def tell(end: datetime) -> None:
    """All of them until ``end``, with the reminders and figures of their days, in the caller's transaction."""
    random = Random(SEED)  # noqa: S311
    # The last ones were blown within these hours, so that the board is alive.
    starts = [timedelta(days=DAYS * (COUNT - n) / COUNT) for n in range(COUNT - 8)]
    starts += [timedelta(minutes=minutes) for minutes in (900, 420, 260, 150, 95, 70, 45, 25)]
    with nobody_listens(), one_piece(), Clock(end) as clock:
        told = Told(clock, random)
        for number, before in enumerate(starts):
            clock.set(end - before)
            told.story(number)
        told.for_visitors(end)
        clock.set(end)
        _suspend_one(told, end)
        # Told of lateness a while ago: an emergency that is still late has gone to the district leader by now.
        while sweeping.escalate(now=end - RAISED_AFTER):
            pass
        while sweeping.warn(now=end) or sweeping.escalate(now=end) or sweeping.raise_late(now=end):
            pass
        _write_roster(told)
        codes = [fact.code for fact in facts() if fact.code.startswith("whistle.")]
        for days_ago in range(DAYS + 1, -1, -1):
            rebuild(day=(end - timedelta(days=days_ago)).date(), facts=codes)


def _write_roster(told: Told) -> None:
    """The first street's people for a flood, ready to be taken up by the switch to emergency."""
    by = told.cast.one("street_leader", told.random, FIRST_STREET)
    roster = add_roster(path=FIRST_STREET, name="防汛值守", hours=12, by=by)
    people = [by, *told.cast.over("street_dispatcher", FIRST_STREET)][:4]
    for place, user in enumerate(people):
        ref = office_of(user)
        if ref is None:
            continue
        post = "指挥长" if place == 0 else "值班员"
        put_in(roster=roster, turn=1 + place % 2, post=post, office=Office.objects.get(pk=ref.id), user=user, by=by)


def _suspend_one(told: Told, end: datetime) -> None:
    """A hard one that waits for a survey."""
    whistle = Whistle.objects.filter(kind=H, state=WhistleState.RUNNING).order_by("pk").first()
    if whistle is not None:
        until = (end + timedelta(days=20)).date()
        by = told.cast.one("command_centre", told.random, HOME)
        WhistleFlow(whistle, by).suspend(until=until, reason="等待管网测绘结果，测绘单位承诺二十日内提交。")
