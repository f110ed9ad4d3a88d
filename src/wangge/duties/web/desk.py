"""Reading: the tree, one kind, the lists, versions, and "try it"."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from wangge.duties import policy, queries
from wangge.duties.models import Catalogue, Duty, DutyList, Kind
from wangge.duties.web.forms import CompareForm, EndForm, TryForm, VersionForm, WhereForm
from wangge.duties.web.tables import CatalogueList, DutyListList, DutyRows, ItemList, LimitList, describe
from wangge.kernel.access.routes import me, requires
from wangge.kernel.listing import rendering
from wangge.kernel.periods import holds
from wangge.territory import queries as territory

SEARCH_LIMIT = 100


@requires(policy.READ)
def duty_list(request: HttpRequest) -> HttpResponse:
    return rendering.render(request, DutyListList)


@requires(policy.READ)
def duty_list_detail(request: HttpRequest, pk: int) -> HttpResponse:
    found: DutyList = get_object_or_404(policy.visible_lists(request.user), pk=pk)
    listing = ItemList(list=found.pk)
    listing.title = found.name  # type: ignore[misc]
    return rendering.render(request, listing)


@requires(policy.READ)
def duty_rows(request: HttpRequest) -> HttpResponse:
    return rendering.render(request, DutyRows)


@requires(policy.READ)
def limit_list(request: HttpRequest) -> HttpResponse:
    return rendering.render(request, LimitList)


@requires(policy.READ)
def catalogue_list(request: HttpRequest) -> HttpResponse:
    return rendering.render(request, CatalogueList)


def _catalogue(request: HttpRequest) -> Catalogue | None:
    """The catalogue asked for, else the one in force."""
    visible = policy.visible_catalogues(request.user)
    asked = request.GET.get("catalogue", "")
    if asked:
        found: Catalogue = get_object_or_404(visible, pk=int(asked) if asked.isdecimal() and len(asked) < 18 else 0)
        return found
    return visible.filter(state="published").first()


@requires(policy.READ)
@never_cache
def kind_tree(request: HttpRequest) -> HttpResponse:
    """One branch at a time, or what a search finds, each leaf with who leads it."""
    catalogue = _catalogue(request)
    context: dict[str, Any] = {"catalogue": catalogue, "may_manage": policy.may_manage(me(request))}
    if catalogue is not None:
        tops = list(catalogue.kinds.filter(level=1).order_by("sort", "code"))
        text = request.GET.get("q", "").strip().replace("\x00", "")[:100]
        at = request.GET.get("at", "") or (tops[0].code if tops else "")
        if text:
            match = Q(name__icontains=text) | Q(code__startswith=text) | Q(keywords__contains=[text])
            found = catalogue.kinds.filter(match, is_leaf=True).select_related("parent").order_by("code")
            context |= {"found": list(found[:SEARCH_LIMIT]), "found_count": found.count()}
            shown = context["found"]
        else:
            below = list(catalogue.kinds.filter(code__startswith=at[:2]).order_by("code"))
            groups = [(row, [k for k in below if k.parent_id == row.pk]) for row in below if row.level == 2]
            context["groups"] = groups
            shown = below
        _with_duties(shown)
        context |= {"tops": tops, "at": at[:2], "text": text, "limit": SEARCH_LIMIT}
        if context["may_manage"]:
            context |= {"version_form": VersionForm(prefix="version")}
    return render(request, "duties/tree.html", context)


def _with_duties(kinds: list[Kind]) -> None:
    """Give each kind ``duty``: the one that holds everywhere today, if any."""
    rows = Duty.objects.in_force(timezone.localdate()).filter(path="", kind_code__in=[k.code for k in kinds])
    duties = list(rows.select_related("lead_office", "limit", "item").prefetch_related("assist_offices"))
    describe(duties)
    by_code = {duty.kind_code: duty for duty in duties}
    for kind in kinds:
        kind.duty = by_code.get(kind.code)  # type: ignore[attr-defined]


@requires(policy.READ)
@never_cache
def kind_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything about a kind: what it is, whose it is, by which item, within which limits, since when."""
    visible = policy.visible_catalogues(request.user)
    kind: Kind = get_object_or_404(
        Kind.objects.filter(catalogue__in=visible).select_related("catalogue", "parent"), pk=pk
    )
    today = timezone.localdate()
    duties = list(queries.history(kind))
    describe(duties)
    above: list[Kind] = []
    parent = kind.parent
    while parent is not None:
        above.insert(0, parent)
        parent = parent.parent
    form = WhereForm(request.GET if "place" in request.GET else None)
    context: dict[str, Any] = {
        "kind": kind,
        "above": above,
        "below": kind.children.order_by("sort", "code"),
        "current": [d for d in duties if holds(d.valid_from, d.valid_to, today)],
        "past": [d for d in duties if d.valid_to is not None and d.valid_to <= today],
        "coming": [d for d in duties if d.valid_from > today],
        "form": form,
        "managed": policy.managed_paths(me(request)),
    }
    if form.is_bound and form.is_valid():
        place = form.cleaned_data["place"]
        context |= {
            "place": territory.full_name(place) or place,
            "assignments": queries.resolve(kind.pk, place, today),
            "community": queries.may_assign_to_community(kind.pk, place, today),
        }
    if context["managed"]:
        for duty in context["current"]:
            duty.mine = policy.may_manage(me(request), duty.path)
            duty.modal_id = f"end-{duty.pk}"
            duty.end_form = EndForm(auto_id=f"end-{duty.pk}-%s")
    return render(request, "duties/kind.html", context)


@requires(policy.READ)
@never_cache
def duty_try(request: HttpRequest) -> HttpResponse:
    """What a text suggests and whose it would be, with the reasons; nothing is stored."""
    form = TryForm(request.POST or None)
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        place = form.cleaned_data["place"]
        today = timezone.localdate()
        suggestions = queries.suggest_kinds(form.cleaned_data["text"], 5)
        likely = [one for one in suggestions if one.score >= suggestions[0].score / 2]
        context |= {
            "place": (territory.full_name(place) or place) if place else "未填写地点",
            "results": [
                (
                    suggestion,
                    queries.resolve(suggestion.kind_id, place, today)[: None if number == 0 else 1],
                    queries.may_assign_to_community(suggestion.kind_id, place, today),
                )
                for number, suggestion in enumerate(likely)
            ],
        }
    return render(request, "duties/try.html", context)


@requires(policy.READ)
@never_cache
def catalogue_compare(request: HttpRequest) -> HttpResponse:
    """What changed between two versions."""
    rows = policy.visible_catalogues(request.user)
    form = CompareForm(request.GET or None, rows=rows)
    context: dict[str, Any] = {"form": form}
    if form.is_bound and form.is_valid():
        before, after = form.cleaned_data["before"], form.cleaned_data["after"]
        context |= {"before": before, "after": after, "difference": queries.compare(before, after)}
    return render(request, "duties/compare.html", context)
