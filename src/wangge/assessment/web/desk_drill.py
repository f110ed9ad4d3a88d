"""Every figure opens what it counted, one by one: cases, summonses or whistles, as far as the user sees them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Final

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse

from wangge.assessment import corrections, defining, measuring, policy
from wangge.assessment.defining import Measure
from wangge.assessment.enums import Subject
from wangge.assessment.models import Figure
from wangge.assessment.web import shown
from wangge.assessment.web.desk_unit import find
from wangge.cases import policy as case_policy
from wangge.cases.web import tables
from wangge.cases.web.shown import dress as dress_cases
from wangge.kernel.access.routes import requires
from wangge.kernel.facts import registry
from wangge.kernel.listing import rendering
from wangge.kernel.listing.columns import Column
from wangge.kernel.listing.filters import Choice, Filter, Text
from wangge.kernel.listing.html import moment
from wangge.kernel.listing.listing import Listing, Rows, address
from wangge.organization import queries as organization
from wangge.whistle import policy as whistle_policy
from wangge.whistle.enums import SummonsState, WhistleKind
from wangge.whistle.web import tables as whistle_tables
from wangge.whistle.web.shown import dress as dress_whistles
from wangge.whistle.web.shown import kind_badge, summons_badge, whistle_url

SIDES: Final = {"numerator": "分子", "denominator": "分母"}
TIMES: Final = Column("times", "计入次数", value=lambda row: row.times, css="wg-number")


class DrillList(Listing):
    """The cases behind a figure. ``params``: period, unit, indicator, side. Other things than cases: the classes below.

    A side made of several facts may count things of several kinds; each kind is a list of its own.
    """

    subject: ClassVar[Subject] = Subject.CASE
    title = "指标明细"
    noun = "件"
    columns: ClassVar[Sequence[Column]] = (
        tables.NUMBER,
        tables.TITLE,
        TIMES,
        tables.KIND,
        tables.PLACE,
        tables.STATE,
        tables.LEAD,
        tables.CHANNEL,
        tables.CREATED,
        *tables.MORE,
    )
    filters: ClassVar[Sequence[Filter]] = (Text("q", "搜索", field="number", placeholder="事项编号"),)
    sorts = {"new": ("-created_at", "-id"), "due": ("next_due_at", "id")}
    default_sort = "new"
    export_permission = "cases.export"
    template = "assessment/desk/drill.html"
    empty_title = "没有可以查看的明细"
    empty_hint = "这个数据没有明细，或者明细不在您的范围内。"

    # -- what is seen of the subject ---------------------------------------------------------------

    def seen(self, user: Any) -> QuerySet[Any]:
        """The rows of the subject's own policy: a figure shows nobody more than they see anyway."""
        return case_policy.rows(user).select_related("kind")

    def dress(self, rows: list[Any]) -> None:
        dress_cases(rows)

    # -- what was counted ----------------------------------------------------------------------------

    @property
    def figure(self) -> Figure:
        held: Figure | None = getattr(self, "_figure", None)
        if held is None:
            held = (
                Figure.objects.filter(
                    period_id=self.params["period"],
                    unit_id=self.params["unit"],
                    definition__code=self.params["indicator"],
                )
                .select_related("period", "unit", "definition")
                .order_by("-round")
                .first()
            )
            if held is None:
                raise Http404
            self._figure = held
        return held

    def terms(self) -> list[tuple[Measure, str]]:
        """The (measure, times) of the side."""
        top, bottom = defining.measures(self.figure.definition)
        return top if self.params["side"] == "numerator" else bottom

    def counted(self) -> dict[int, tuple[int, int]]:
        """Row → how often it counts, and for how much."""
        held: dict[int, tuple[int, int]] | None = getattr(self, "_counted", None)
        if held is None:
            held = {}
            for one, _ in self.terms():
                found = corrections.counted_rows(self.figure.period, self.figure.unit_id, one.key, self.subject)
                for row, often in found[0].items():
                    before = held.get(row, (0, 0))
                    held[row] = (before[0] + often, before[1] + found[1][row])
            self._counted = held
        return held

    # -- the list ------------------------------------------------------------------------------------

    def rows(self, request: HttpRequest) -> Rows:
        # An export comes back here with nothing but the parameters: the right to the figure is asked for again.
        seen = self.seen(request.user)
        if not policy.may_see_unit(request.user, self.figure.period, self.figure.unit):
            return seen.none()
        return seen.filter(pk__in=list(self.counted()))

    def prepare(self, request: HttpRequest, rows: list[Any]) -> None:  # noqa: ARG002
        self.dress(rows)
        counted = self.counted()
        for row in rows:
            row.times, row.amount = counted.get(row.pk, (0, 0))

    def context(self, request: HttpRequest) -> dict[str, Any]:
        figure, counted, terms = self.figure, self.counted(), self.terms()
        said = figure.numerator if self.params["side"] == "numerator" else figure.denominator
        amount = sum(worth for _, worth in counted.values())
        times = sum(often for often, _ in counted.values())
        return {
            "figure": figure,
            "period": figure.period,
            "unit": figure.unit,
            "side": SIDES[self.params["side"]],
            "said": shown.number(said),
            "times": times,
            "amount": amount if amount != times else None,
            "cases": len(counted),
            "subject": self.subject.label,
            "noun": self.noun,
            "weighted": any(times != "1" for _, times in terms),
            "daily": self.daily() if said else [],
            "seen": self.seen(request.user).filter(pk__in=list(counted)).count(),
            "others": self.others(request),
        }

    def others(self, request: HttpRequest) -> list[tuple[str, str, bool]]:
        """The lists of this side by what they hold, where there is more than one."""
        found = subjects(self)
        if len(found) < 2:
            return []
        return [(str(one.label), address(request.GET, of=one.value, after=None), one == self.subject) for one in found]

    def daily(self) -> list[dict[str, Any]]:
        """Per day what was counted, where a fact cannot say which; and where the list of its business is."""
        found = []
        for one, times in self.terms():
            if corrections.is_traced(self.figure.period, self.figure.unit_id, one.key):
                continue
            module = one.fact.split(".", maxsplit=1)[0]
            try:
                url = reverse(f"{module}_list")
            except NoReverseMatch:
                url = ""
            days = measuring.by_day(self.figure.period, self.figure.unit, one)
            label = registry.fact(one.fact).label if one.known else one.fact
            found.append({"label": label, "times": times, "days": days, "sum": sum(n for _, n in days), "url": url})
        return found

    def page_actions(self, request: HttpRequest) -> list[dict[str, str]]:  # noqa: ARG002
        figure = self.figure
        back = reverse("assessment_unit", args=[figure.period_id, figure.unit_id])
        return [{"label": "返回单位", "url": back, "icon": "arrow-left"}]


class SummonsDrill(DrillList):
    """The single summonses behind a figure, with the whistle each belongs to."""

    subject = Subject.SUMMONS
    noun = "次"
    columns = (
        Column("number", "编号", value=lambda s: s.whistle.number, link=lambda s: whistle_url(s.whistle), width=24),
        Column("title", "吹哨", value=lambda s: s.whistle.title, css="wg-wide", width=40),
        Column("kind", "哨种", render=lambda s: kind_badge(s.whistle), value=lambda s: s.whistle.get_kind_display()),
        TIMES,
        Column("amount", "计分", value=lambda s: s.amount, css="wg-number", screen=False),
        Column("office", "被吹单位", value=lambda s: s.office_name, width=26),
        Column("role", "角色", value=lambda s: s.get_role_display()),
        Column("state", "状态", render=summons_badge, value=lambda s: s.get_state_display()),
        Column("summoned_at", "发出", render=lambda s: moment(s.summoned_at), sort="new"),
        Column("signed_at", "签收", render=lambda s: moment(s.signed_at)),
        Column("arrived_at", "到场", render=lambda s: moment(s.arrived_at)),
        Column("reported_at", "反馈", render=lambda s: moment(s.reported_at)),
        Column("late", "超时", value=lambda s: s.late, css="wg-nowrap"),
        Column("score", "得分", value=lambda s: s.score, css="wg-number"),
    )
    filters = (
        Text("q", "搜索", field="whistle__number", placeholder="吹哨编号"),
        Choice("state", "状态", choices=SummonsState.choices),
        Choice("kind", "哨种", choices=WhistleKind.choices, field="whistle__kind"),
    )
    sorts = {"new": ("-summoned_at", "-id")}
    export_permission = "whistle.export"

    def seen(self, user: Any) -> QuerySet[Any]:
        return whistle_policy.summonses(user).select_related("whistle", "rating").prefetch_related("clocks")

    def dress(self, rows: list[Any]) -> None:
        names = organization.names([row.office_id for row in rows])
        for row in rows:
            rating = getattr(row, "rating", None)
            row.office_name = names.get(row.office_id, "")
            row.score = rating.total if rating is not None else ""
            row.late = shown.late_limits(row.clocks.all())


class WhistleDrill(DrillList):
    """The single whistles behind a figure."""

    subject = Subject.WHISTLE
    columns = (*whistle_tables.COLUMNS[:2], TIMES, *whistle_tables.COLUMNS[2:])
    filters = (
        Text("q", "搜索", field="number", placeholder="吹哨编号"),
        Choice("kind", "哨种", choices=WhistleKind.choices),
    )
    sorts = {"new": ("-created_at", "-id"), "due": ("next_due_at", "id"), "blown": ("blown_at", "id")}
    export_permission = "whistle.export"

    def seen(self, user: Any) -> QuerySet[Any]:
        return whistle_policy.rows(user)

    def dress(self, rows: list[Any]) -> None:
        dress_whistles(rows)


LISTS: Final[dict[Subject, type[DrillList]]] = {one.subject: one for one in (DrillList, SummonsDrill, WhistleDrill)}


def subjects(drill: DrillList) -> list[Subject]:
    """What stands behind a side: as it was traced, else as its facts would tell today."""
    figure = drill.figure
    found = corrections.subjects(figure.period, figure.unit_id, [one.key for one, _ in drill.terms()])
    if not found:
        told = [measuring.subject_of(figure.period, one) for one, _ in drill.terms()]
        found = {one for one in told if one is not None}
    return [one for one in Subject if one in found]


@requires(policy.READ)
def assessment_drill(request: HttpRequest, period_pk: int, unit_pk: int, code: str, side: str) -> HttpResponse:
    """The list behind a numerator or denominator; ``?of=`` names one of several kinds of things."""
    find(request, period_pk, unit_pk)
    if side not in SIDES:
        raise Http404
    params = {"period": period_pk, "unit": unit_pk, "indicator": code, "side": side}
    found = subjects(DrillList(**params))
    asked = [one for one in found if one.value == request.GET.get("of")]
    return rendering.render(request, LISTS[(asked or found or [Subject.CASE])[0]], **params)
