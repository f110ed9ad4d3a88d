"""Parts of the page of a whistle: each department with its clocks, tasks and arrivals; who judged whom and how."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from wangge.kernel.attachments import queries as attachments
from wangge.organization import queries as organization
from wangge.whistle import evaluating, policy
from wangge.whistle.enums import ClockName, SummonsState
from wangge.whistle.models import Appeal, Judgement, Rating, Summons, Whistle
from wangge.whistle.web.forms import AppealForm, DecideForm, RateForm
from wangge.whistle.web.shown import late_badge, raised_badge, summons_badge


def summons_parts(whistle: Whistle, user: Any) -> list[dict[str, Any]]:
    """Every summons: badges, clocks in their order, tasks, arrivals, rating."""
    now = timezone.now()
    rows = list(
        whistle.summonses.select_related("office", "rating__appeal")
        .prefetch_related("tasks", "check_ins", "clocks")
        .order_by("-role", "pk")
    )
    files = attachments.by_owner(Summons, [row.pk for row in rows])
    found = []
    for row in rows:
        row.whistle = whistle
        rating = getattr(row, "rating", None)
        found.append(
            {
                "row": row,
                "badge": summons_badge(row),
                "late": late_badge(row, now) + raised_badge(row),
                "clocks": _clocks(row),
                "tasks": list(row.tasks.all()),
                "check_ins": list(row.check_ins.all()),
                "files": files.get(row.pk, []),
                "rating": rating,
                "rate_form": _rate_form(row, rating, user),
                "reckoned": (evaluating.punctuality_of(row), evaluating.rank_score_of(row)) if row.done_at else None,
            }
        )
    return found


def _rate_form(summons: Summons, rating: Rating | None, user: Any) -> RateForm | None:
    due = rating is None and summons.state == SummonsState.DONE and policy.street_of("whistle.rate")(user, summons)
    return RateForm(auto_id=f"rate{summons.pk}_%s") if due else None


def _clocks(summons: Summons) -> list[tuple[str, Any]]:
    """The last clock of each name."""
    last = {clock.name: clock for clock in sorted(summons.clocks.all(), key=lambda c: c.pk)}
    return [(str(label), last[name]) for name, label in ClockName.choices if name in last]


def evaluations(whistle: Whistle, user: Any) -> list[dict[str, Any]]:
    """Judgements of the whistle and ratings of departments, each with its appeal and what the user may do."""
    judgements = list(whistle.judgements.select_related("appeal").order_by("-final", "pk"))
    ratings = list(Rating.objects.filter(summons__whistle=whistle).select_related("appeal", "summons").order_by("pk"))
    names = organization.names([*(j.office_id for j in judgements), *(r.summons.office_id for r in ratings)])
    found = []
    everything: list[Judgement | Rating] = [*judgements, *ratings]
    for one in everything:
        office = one.office_id if isinstance(one, Judgement) else one.summons.office_id
        appeal: Appeal | None = getattr(one, "appeal", None)
        if isinstance(one, Rating):
            one.summons.whistle = whistle
        else:
            one.whistle = whistle
        pending = appeal is not None and appeal.state == "pending"
        found.append(
            {
                "row": one,
                "is_rating": isinstance(one, Rating),
                "office": names.get(office, ""),
                "appeal": appeal,
                "appeal_form": AppealForm(auto_id=f"appeal{one.pk}_%s")
                if appeal is None and evaluating.may_appeal(user, one)
                else None,
                "decide_form": DecideForm(auto_id=f"decide{one.pk}_%s")
                if pending and policy.over("whistle.decide_appeal")(user, whistle)
                else None,
            }
        )
    return found
