"""Assessment, insight, governance and morning pages of both streets for the walk, by their own verbs where it is cheap.

What is meant to be seen of another street is not marked: names, figures, ranks, and corrections after publication.
"""

from __future__ import annotations

import copy
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.core.files.base import ContentFile
from django.utils import timezone
from tests.cases.conftest import COMMUNITY, DISTRICT, GRID, LONG_AGO
from tests.kernel.attachments.samples import picture

from wangge.assessment import actions as assessment
from wangge.assessment import reviewing
from wangge.assessment.flow import AppealFlow, PeriodFlow
from wangge.assessment.models import Pack, Period, Rectification, Unit, WorkerItem, WorkerLine, WorkerSheet
from wangge.cockpit import content as morning
from wangge.cockpit.models import Brief, BriefMailing, BriefRules, BriefSubscription
from wangge.cockpit.units import Unit as Told
from wangge.insight.governance import actions as governance
from wangge.insight.governance.flow import TaskFlow
from wangge.insight.learning.models import DispatchPermit, KindModel
from wangge.insight.places.models import LearnedName
from wangge.insight.replies.actions import check_sent
from wangge.insight.replies.models import ReplyCheck
from wangge.insight.topics.models import Forecast, Rise, Topic, TopicMember, WeekCount
from wangge.kernel.access.models import User
from wangge.kernel.attachments.actions import store
from wangge.whistle.flow import WhistleFlow
from wangge.whistle.summons_flow import SummonsFlow

if TYPE_CHECKING:
    from tests.security.district import District, Side

ABOUT: Final = {
    ("assessment_period", "pk"): "period",
    ("assessment_pack_new", "pk"): "period",
    ("assessment_", "period_pk"): "period",
    ("assessment_", "unit_pk"): "unit",
    ("assessment_appeal", "pk"): "assessment_appeal",
    ("assessment_rectification", "pk"): "rectification",
    ("assessment_pack", "pk"): "pack",
    ("field_sheet_appeal", "pk"): "sheet",
    ("field_sheet_seen", "pk"): "sheet",
    ("topic_", "pk"): "topic",
    ("rise_seen", "pk"): "rise",
    ("reply_hints", "pk"): "case",
    ("model_reliability", "pk"): "model",
    ("permit_end", "pk"): "permit",
    ("governance_", "pk"): "task",
    ("governance_item_", "pk"): "line",
    ("brief_", "pk"): "brief",
    ("brief_unsubscribe", "pk"): "subscription",
    ("brief_rules_end", "pk"): "brief_rules",
    ("brief_rows", "place"): "division",
    ("brief_rows", "office"): "office or none",
    ("api-v1:read_topic", "pk"): "topic",
    ("api-v1:list_members", "pk"): "topic",
    ("api-v1:latest_brief", "path"): "division",
    ("api-v1:read_ranking", "period"): "period",
    ("api-v1:read_brief", "path"): "division",
}
TODAY: Final = timezone.localdate().isoformat()
# Parameters that are no object, and indicators and groups, which everybody who is assessed may read.
FIXED: Final[dict[tuple[str, str], tuple[str, ...]]] = {
    ("assessment_period_step", "name"): tuple(PeriodFlow.steps()),
    ("assessment_appeal_step", "name"): tuple(AppealFlow.steps()),
    ("assessment_drill", "code"): ("demand", "solution"),
    ("assessment_drill", "side"): ("numerator", "denominator"),
    ("assessment_indicator", "code"): ("solution",),
    ("assessment_scheme_change", "group"): ("street",),
    ("field_sheet_appeal", "item"): ("reported",),
    ("topic_change", "verb"): ("rename", "merge", "aside", "back"),
    ("governance_step", "name"): tuple(TaskFlow.steps()),
    ("brief_rows", "fact"): ("cases.filed", "cases.open"),
    ("brief_rows", "from_on"): (TODAY,),
    ("brief_rows", "to_on"): (TODAY,),
    ("brief_rows", "kind"): ("-",),
    ("api-v1:read_brief", "for_on"): (TODAY,),
}
# flow, kind of its rows, the routes of its steps with the key of the row
FLOWS: Final[tuple[tuple[Any, str, tuple[tuple[str, str], ...]], ...]] = (
    (WhistleFlow, "whistle", (("whistle_step", "pk"),)),
    (SummonsFlow, "summons", (("summons_step", "pk"), ("field_whistle_step", "whistle_id"))),
    (AppealFlow, "assessment_appeal", (("assessment_appeal_step", "pk"),)),
    (PeriodFlow, "period", (("assessment_period_step", "pk"),)),
    (TaskFlow, "task", (("governance_step", "pk"),)),
)
# What nobody of street A may be shown, beside the secrets of cases (see ``district.SECRETS``).
SECRETS: Final[dict[str, str]] = {
    "topic": "qzTopic",
    "wider topic": "qzWide",
    "rise": "qzRise",
    "forecast": "qzForecast",
    "model": "qzModel",
    "permit": "qzPermit",
    "learned name": "qzLearned",
    "task": "qzTask",
    "goal of a task": "qzGoal",
    "plan of a task": "qzPlan",
    "line of a list": "qzLine",
    "line done": "qzDone",
    "appeal": "qzAppeal",
    "appeal of a worker": "qzSheetAppeal",
    "decision of an appeal": "qzDecided",
    "proposed rectification": "qzGrounds",
    "pack": "qzPack",
    "morning page": "qzBrief",
}
# Lists in which the secrets can be seen by those who may.
LISTS: Final = (
    "topic_list", "rise_list", "topic_forecast", "model_list", "learned_names", "reply_list", "governance_list",
    "assessment_appeals", "assessment_rectifications", "assessment_packs", "brief_list", "governance_year",
)  # fmt: skip
# Rows that hang on the street's objects: table → (column, kind).
FINGERPRINT: Final = {
    "assessment_appeal": ("id", "assessment_appeal"),
    "assessment_appealnotice": ("appeal_id", "assessment_appeal"),
    "assessment_rectification": ("id", "rectification"),
    "assessment_period": ("id", "period"),
    "assessment_pack": ("id", "pack"),
    "assessment_workersheet": ("id", "sheet"),
    "assessment_workerline": ("sheet_id", "sheet"),
    "topics_topic": ("id", "topic"),
    "topics_topicmember": ("topic_id", "topic"),
    "topics_rise": ("id", "rise"),
    "replies_replycheck": ("case_id", "case"),
    "learning_kindmodel": ("id", "model"),
    "learning_dispatchpermit": ("id", "permit"),
    "places_learnedname": ("id", "learned"),
    "governance_governancetask": ("id", "task"),
    "governance_governanceitem": ("task_id", "task"),
    "governance_governanceclock": ("task_id", "task"),
    "governance_governancenotice": ("task_id", "task"),
    "governance_governancetransition": ("subject_id", "task"),
    "cockpit_brief": ("id", "brief"),
    "cockpit_briefsubscription": ("id", "subscription"),
    "cockpit_briefmailing": ("brief_id", "brief"),
    "cockpit_briefrules": ("id", "brief_rules"),
}


def month(back: int = 0) -> date:
    """The first of this month, or of the one before."""
    first = timezone.localdate().replace(day=1)
    return first if not back else (first - timedelta(days=1)).replace(day=1)


def plant_modules(built: District, side: Side, mark: str, street: str, staff: User) -> None:
    """Everything of the modules beside cases and whistles, with ``mark`` wherever words can stand."""
    leader = built.people["leader of B" if mark == "qz" else "street_leader"]
    _insight(built, side, mark, street)
    _replies(side)
    _governance(built, side, mark, street, leader)
    _assessed(built, side, mark, street, staff)
    _morning(side, mark, street, leader)


# -- insight -------------------------------------------------------------------------------------


def _insight(built: District, side: Side, mark: str, street: str) -> None:
    now, today = timezone.now(), timezone.localdate()
    kind = built.small.kinds["rubbish"]
    span = {"first_on": today - timedelta(days=9), "last_on": today, "created_at": now, "updated_at": now}
    common: dict[str, Any] = {"kind": kind, "anchors": [f"{mark}Topic"], "size": 2, "recent": 2, "heat": 3, **span}
    topics = [Topic.objects.create(name=f"{mark}Topic{n}", place=f"{mark}Place", path=street, **common) for n in (1, 2)]
    if mark != "qz":
        # A topic of the whole district, of which one of A's is a part, and into which another one went.
        wide = Topic.objects.create(name="qzWide", path=street[:6], **common)
        Topic.objects.create(name="甲Topic大", path=street, within=wide, **common)
        Topic.objects.create(name="甲Topic并", path=street, state="merged", merged_into=wide, **common)
        built.b.add("topic", wide.pk)
    for topic in topics:
        for case in list(side.cases.values())[:3]:
            TopicMember.objects.create(topic=topic, case=case, path=case.path, on=today)
    rises = [
        Rise.objects.create(
            name=f"{mark}Rise", path=street, on=today, level="warning", observed=9, expected=1, chance=0.001,
            created_at=now, **about,
        )
        for about in ({"topic": topics[0]}, {"kind_code": kind.code})
    ]  # fmt: skip
    monday = today + timedelta(days=7 - today.weekday())
    Forecast.objects.create(
        path=street, kind_code=f"{mark}F"[:12], name=f"{mark}Forecast", week_on=monday, expected=5, low=1, high=9,
        error=0.1, naive_error=0.2, method="t", made_on=today,
    )  # fmt: skip
    WeekCount.objects.create(path=street, kind_code=f"{mark}F"[:12], week_on=monday - timedelta(days=7), number=4)
    model = KindModel.objects.create(
        path=street, state="active", rows=300, held_rows=60, classes=2, macro_f1=0.9, accuracy=0.9,
        calibration_error=0.01, reliability=[{"from": 0.5, "cases": 9, "right": 0.9, "confidence": 0.9}],
        note=f"{mark}Model", trained_at=now, promoted_at=now,
    )  # fmt: skip
    permit = DispatchPermit.objects.create(
        path=street, kind_code=kind.code if mark != "qz" else "qzPermit", confidence=0.9, valid_from=today,
        basis=f"{mark}Permit", given_by_id=1,
    )  # fmt: skip
    learned = LearnedName.objects.create(
        name=f"{mark}Learned", path=f"{street}001", cases=9, share=0.9, learned_on=today
    )
    here = Topic.objects.filter(path=street).order_by("state", "-pk")
    side.add("topic", *(here.values_list("pk", flat=True)))
    side.add("rise", *(rise.pk for rise in rises))
    side.add("model", model.pk)
    side.add("permit", permit.pk)
    side.add("learned", learned.pk)


def _replies(side: Side) -> None:
    check_sent(now=timezone.now())
    assert ReplyCheck.objects.filter(case__in=side.values["case"]).exists()


def _governance(built: District, side: Side, mark: str, street: str, leader: User) -> None:
    """One that is carried out, with a line done; one about a topic, still a draft."""
    offices, today = built.small.offices, timezone.localdate()
    secret = mark == "qz"
    owner, other = (
        offices["other_centre" if secret else "centre"],
        offices["other_community" if secret else "community"],
    )
    until = today + timedelta(days=30)
    given: dict[str, Any] = {"path": street, "office_id": owner.pk, "deadline_on": until, "by": leader}
    topic = Topic.objects.filter(path=street, state="active").order_by("pk").first()
    draft = governance.propose(name=f"{mark}Task热点", goal=f"{mark}Goal", topic=topic, **given)
    task = governance.propose(
        name=f"{mark}Task垃圾", goal=f"{mark}Goal", kind=built.small.kinds["rubbish"], plan=f"{mark}Plan", **given
    )
    lines = [
        governance.add_item(
            task=task, list_name=name, text=f"{mark}Line四个字", office_id=other.pk, due_on=until, by=leader
        )
        for name in ("problem", "duty", "measure")
    ]
    task.refresh_from_db()
    TaskFlow(task, leader).approve()
    lines[2].task.refresh_from_db()
    governance.finish_item(item=lines[2], note=f"{mark}Done", by=leader)
    governance.take_step(task=task, step="place", month_on=today.replace(day=1), seen=task.version, by=leader)
    side.add("task", task.pk, draft.pk)
    side.add("line", *(line.pk for line in lines))


# -- assessment ----------------------------------------------------------------------------------


def open_assessment() -> Period:
    """The last month of the district, frozen, so that units may appeal: before street B has anything."""
    period = assessment.open_period(path=DISTRICT, month=month(1))
    return _frozen(period)


def _frozen(period: Period) -> Period:
    Period.objects.filter(pk=period.pk).update(state="closing")
    assessment.freeze(period_id=period.pk)
    period.refresh_from_db()
    return period


def _assessed(built: District, side: Side, mark: str, street: str, staff: User) -> None:
    """Of the frozen month appeals, of the street's own month a pack, a rectification that is only proposed."""
    period = Period.objects.get(path=DISTRICT, month=month(1))
    unit = Unit.objects.get(path=street, group="street")
    side.add("unit", unit.pk)
    own = Period.objects.create(path=street, month=month(1))
    side.add("period", *([period.pk, own.pk] if mark != "qz" else [own.pk]))
    pending = assessment.appeal(
        period=period, unit=unit, by=staff, kind="figure", indicator="solution", reason=f"{mark}Appeal待裁定",
        files=[ContentFile(picture(), name=f"{mark}FileName.jpg")],
    )  # fmt: skip
    side.add("assessment_appeal", pending.pk)
    sheet = _sheet(built, period, mark)
    worker = sheet.user
    case = next(case for state, case in side.cases.items() if state == "handling")
    of_worker = assessment.appeal_sheet(
        sheet=sheet, by=worker, item="reported", case=case, reason=f"{mark}SheetAppeal不对"
    )
    side.add("assessment_appeal", of_worker.pk)
    side.add("sheet", sheet.pk)
    row = Rectification.objects.create(unit=unit, proposed_by=period, grounds=f"{mark}Grounds")
    side.add("rectification", row.pk)
    pack = Pack.objects.create(
        period=own, round=0, state="done", progress=100, asked_at=timezone.now(),
        content=reviewing.content(own) | {"repeats": [{"number": "1", "kind": f"{mark}Pack", "n": 2}]},
    )  # fmt: skip
    picture_ = ContentFile(picture(), name=f"{mark}Pack.png")
    side.add("file", store(picture_, owner=pack, purpose="chart", by=None).uuid)
    side.add("pack", pack.pk)


def _sheet(built: District, period: Period, mark: str) -> WorkerSheet:
    """The sheet of a grid worker: A's was reckoned with the month, B's came with B."""
    who = "worker of B" if mark == "qz" else "grid_chief"
    if mark == "qz":
        sheet = WorkerSheet.objects.create(
            period=period, user=built.people[who], path=GRID.replace(COMMUNITY, "150203002001"),
            office_ids=[built.small.offices["other_community"].pk], reckoned_at=timezone.now(),
        )  # fmt: skip
        for item in WorkerItem.objects.filter(path=""):
            WorkerLine.objects.create(sheet=sheet, item=item, number=0, points=0)
        return sheet
    return WorkerSheet.objects.get(period=period, user=built.people[who])


def publish_assessment(built: District) -> None:
    """This month with the cases of both streets, appealed, decided and published: everybody sees B's figures."""
    side = built.b
    command = built.people["command_centre of the district"]
    period = _frozen(assessment.open_period(path=DISTRICT, month=month()))
    unit = Unit.objects.get(pk=side.values["unit"][0])
    closed = side.cases["closed, reached"]
    for given in (
        {"kind": "exclude", "case": closed, "exclusion_class": "policy"},
        {"kind": "figure", "indicator": "solution"},
    ):
        made = assessment.appeal(
            period=period, unit=unit, by=built.people["street of B"], reason="qzAppeal已裁定", **given
        )
        more = {"numerator": 1, "denominator": 1} if given["kind"] == "figure" else {}
        AppealFlow(made, command).accept(reason="qzDecided", **more)
        side.add("assessment_appeal", made.pk)
    Period.objects.filter(pk=period.pk).update(appeal_until_on=None)
    period.refresh_from_db()
    PeriodFlow(period, command).publish()
    built.a.values["period"].insert(0, period.pk)


# -- the morning page ----------------------------------------------------------------------------


def _morning(side: Side, mark: str, street: str, leader: User) -> None:
    """The page of the street as it is made, its headline marked; a subscriber who got it; a rule of the street."""
    now, today = timezone.now(), timezone.localdate()
    unit = Told(street)
    told = copy.deepcopy(morning.pages([unit], for_on=today, now=now)[unit])
    told["headline"] = f"{mark}Brief{told['headline']}"
    brief = Brief.objects.create(
        path=street, level=4, for_on=today, headline=told["headline"], content=told, made_at=now, sent_at=now,
        digest=morning.digest(path=street, office_id=None, for_on=today, content=told),
    )  # fmt: skip
    one = BriefSubscription.objects.create(user=leader, path=street, email=f"{mark}@example.cn".replace("甲", "jia"))
    BriefMailing.objects.create(brief=brief, subscription=one, state="sent", attempts=1, ended_at=now)
    rules = BriefRules.objects.create(path=street, valid_from=LONG_AGO)
    side.add("brief", brief.pk)
    side.add("subscription", one.pk)
    side.add("brief_rules", rules.pk)
    side.add("office or none", *([side.values["office"][0]] if mark == "qz" else [0]))
