"""Pages of cases, searches and exact counts for three kinds of users: a small table beside a hundred times larger one.

Each page is asked for whole: session, rights, rows, exact total, filters with their choices, HTML. Two processes hold
one database each and take turns page by page, so that whatever else the machine does falls on both alike. Days, kinds
and words are chosen for each size so that a full page is found: twenty rows take longer to show than three.
"""

from __future__ import annotations

import math
import os
import random
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

from bench import _district
from bench._filled import YEARS, filled
from bench._sides import Page, in_turn, serve, side
from bench.harness import Result, setup_django

GOAL_MS, GOAL_GROWTH = 150, 1.2
# Finds a share of everything, so that counting it exactly grows with the table: judged by its time alone.
BROAD = "(a share of all)"


def run(scale: str) -> Result:
    few, many, rounds, each = (
        (10_000, 1_000_000, int(os.environ.get("WANGGE_BENCH_ROUNDS", "40")), 2)
        if scale == "full"
        else (5_000, 50_000, 1, 6)
    )
    with (
        side(filled("lists_few", few), "lists") as small,
        side(filled("lists_many", many), "lists") as large,
    ):
        pairs = in_turn(small, large, rounds=rounds, each=each)
    worst = max(pair.after.p95 for pair in pairs) * 1000
    before = max(pair.before.p95 for pair in pairs) * 1000
    growth = max(pair.growth for pair in pairs if BROAD not in pair.name)
    return Result(
        name="lists",
        value=round(worst, 1),
        unit="ms (slowest p95)",
        scale=scale,
        reference={f"slowest p95 at {few:,} cases": round(before, 1)},
        ratio=round(growth, 2),
        rows=[
            ("user", "page", f"p50 ms at {few:,}", f"p50 ms at {many:,}", "growth", f"p95 ms at {many:,}"),
            *(
                (
                    pair.user,
                    pair.name,
                    round(pair.before.p50 * 1000, 1),
                    round(pair.after.p50 * 1000, 1),
                    round(pair.growth, 2),
                    round(pair.after.p95 * 1000, 1),
                )
                for pair in pairs
            ),
        ],
        goal=f"every p95 < {GOAL_MS} ms; no median beyond {GOAL_GROWTH} × that at {few:,} (worst {growth:.2f} ×)",
        met=worst < GOAL_MS and growth <= GOAL_GROWTH,
    )


# -- in the process of a side ----------------------------------------------------------------


def serve_pages() -> None:
    """In the process of a side."""
    setup_django()
    serve(*_prepare())


def _prepare() -> tuple[dict[str, Any], list[Page]]:
    from django.db.models import Count
    from django.test import Client
    from django.utils import timezone

    from wangge.cases.models import Case, CaseTally
    from wangge.kernel.access import database
    from wangge.kernel.access.models import Grant, User
    from wangge.kernel.api.systems import create_system
    from wangge.organization.models import Office

    database.see_everything()
    streets = [c[:9] for c in CaseTally.objects.values_list("path", flat=True).distinct()]
    street = max(sorted(set(streets)), key=streets.count)
    latest = Case.objects.order_by("-id")[:2000].values_list("lead_office_id", flat=True)
    busiest = Office.objects.filter(level="district").annotate(n=Count("pk")).filter(pk__in=list(latest))
    department = min(busiest, key=lambda office: (-list(latest).count(office.pk), office.pk))
    centre = Office.objects.filter(kind="street.command_centre", path=street).get()
    clients: dict[str, Any] = {}
    for label, role, path, office in (
        ("district", "hotline_leader", _district.HOME, None),
        ("street", "street_dispatcher", street, centre),
        ("department", "department_clerk", "", department),
    ):
        user = User.objects.create_user(username=f"bench-{label}", password=None, display_name=label)
        Grant.objects.create(
            user=user, role=role, path=path, office_id=office.pk if office else None, valid_from=timezone.localdate()
        )
        clients[label] = Client()
        clients[label].force_login(user)
    token = create_system(
        name="基准测试", scopes=["cases:read"], path=_district.HOME, rate_per_minute=100_000, by=None
    )[1]
    clients["api"] = Client(headers={"Authorization": f"Bearer {token}"})
    pages = _pages(street, department.pk)
    database.see_nothing()
    return clients, pages


# Ways to search, and in how many cases one finds something (as ``_district.text`` makes them).
SEARCHES = (
    (7 * 997 * 37, "{road}路{yard}号院{house}栋"),
    (7 * 997, "{road}路{yard}号院"),
    (7 * 12 * 8, "{road}路 {thing}{trouble}"),
    (12 * 8, "{thing}{trouble}"),
    (12, "{thing}"),
)
HOUSES = 37
MONTH = 30  # days
PAGE = 25  # a page holds 20: with so many found on either side both show one that is full


def _searches(random_: random.Random, rows: float) -> tuple[str, ...]:
    """The narrowest search of ``SEARCHES`` that still fills a page among ``rows`` cases, as twelve queries."""
    form = next((form for one_in, form in SEARCHES if rows / one_in >= PAGE), SEARCHES[-1][1])
    return tuple(
        quote(
            form.format(
                road=random_.choice("友谊团结和平幸福青年林荫"),
                yard=random_.randrange(HOUSES, 997),  # a lower one is the number of a house in every yard, too
                house=random_.randrange(HOUSES),
                thing=random_.choice(_district.THINGS),
                trouble=random_.choice(_district.TROUBLES),
            )
        )
        for _ in range(12)
    )


def _days(random_: random.Random, instant: str) -> list[date]:
    """Days on which the fill, which goes in chunks, filed or closed cases: of a small table most days have none."""
    from django.db.models import Max
    from django.utils import timezone

    from wangge.cases.models import Case

    newest = Case.objects.aggregate(newest=Max("pk"))["newest"]
    asked = [random_.randrange(newest) + 1 for _ in range(400)]
    rows = Case.objects.filter(pk__in=asked, **{f"{instant}__isnull": False}).order_by("pk")
    found = [timezone.localdate(at) for at in rows.values_list(instant, flat=True)]
    return random_.sample(found, 12)


def _days_of_a_page(rows: float) -> int:
    """How many days hold a full page among ``rows`` cases spread over the years of the fill."""
    return max(1, math.ceil(PAGE / (rows / YEARS.days)))


def _spans(random_: random.Random, rows: float, instant: str, days: int = 0) -> list[tuple[str, str]]:
    """Days from … to …: as many (or ``days``) as hold a full page among ``rows`` cases."""
    days = days or _days_of_a_page(rows)
    return [((on - timedelta(days=days - 1)).isoformat(), on.isoformat()) for on in _days(random_, instant)]


def _pages(street: str, department: int) -> list[Page]:
    from django.urls import reverse

    from wangge.cases import tallies
    from wangge.cases.models import Case

    random_ = random.Random(7)
    newest = Case.objects.order_by("-pk").values_list("pk", flat=True)[0]
    some = list(
        Case.objects.filter(pk__in=[newest - random_.randrange(4000) for _ in range(12)]).select_related("kind")
    )
    numbers = tuple(case.number for case in some)
    streets = tuple(sorted({case.path[:9] for case in some}))
    phones = tuple(f"1380{(newest - random_.randrange(4000)) % 10_000_000:07d}" for _ in range(12))
    lists, api = reverse("case_list"), "/api/v1/cases"
    own = {
        "district": tallies.count(paths=[""]),
        "street": tallies.count(paths=[street]),
        "department": tallies.count(paths=[""], office_id=department),
    }
    found = []
    for user, rows in own.items():
        # A leaf where it fills a page, else the group above it.
        leaf = rows / 487 >= PAGE
        kinds = tuple((c.kind.code if leaf else c.kind.code[:2]) for c in some if c.kind is not None)
        mine = streets if user == "district" else (street,)
        filters = {
            "by state: waiting to be signed": ("state=dispatched",),
            "by state: closed for good": ("state=archived",),
            "by street": tuple(f"place={s}" for s in mine),
            "by kind": tuple(f"kind={k}" for k in kinds),
            "by days": tuple(f"created_from={a}&created_to={b}" for a, b in _spans(random_, rows, "created_at")),
            "overdue": ("overdue=1",),
            "by channel": ("channel=platform",),
            "by channel (none)": ("channel=visit",),
            "by nature and state": ("demand_type=complaint&state=archived", "demand_type=help&stage=done"),
            "by nature (none)": ("demand_type=consult",),
            "urgent (none)": ("urgency=urgent",),
            "by hotline and street": tuple(f"hotline=12345&place={s}" for s in mine),
            "by lead office": (f"lead={department}",),
            "problem orders (none)": ("problem=1",),
            "repeated (none)": ("repeats=1",),
            "solved": ("result=solved",),
            "unsolved (none)": ("result=unsolved",),
            "no street known (none)": ("place=none",),
            "by time limit": ("sort=due",),
            "by time limit, last page": ("sort=due&last=1",),
            **{
                f"{name} in a month {BROAD}": tuple(
                    f"{name}_from={a}&{name}_to={b}" for a, b in _spans(random_, rows, f"{name}_at", MONTH)
                )
                for name in ("closed", "dispatched")
            },
            "search by number": tuple(f"q={n}&size=50" for n in numbers),
            "search by phone": tuple(f"q={p}" for p in phones),
            "search by words": tuple(f"q={w}" for w in _searches(random_, rows)),
        }
        found += [Page(user, "list, first page", (lists,)), Page(user, "list, last page", (f"{lists}?last=1",))]
        found += [Page(user, name, tuple(f"{lists}?{q}" for q in asked)) for name, asked in filters.items()]
        found.append(Page(user, "my work", (reverse("case_my_work"),)))
    broad = (f"{lists}?q={quote('电梯漏水')}", f"{lists}?q={quote('路灯漏水')}")
    return [
        *found,
        Page("district", f"search by a word {BROAD}", broad),
        Page("district", "box: to dispatch", (reverse("case_dispatch_queue"),)),
        Page("department", "box: to sign", (reverse("case_box", args=["sign"]),)),
        Page("street", "box: to sign", (reverse("case_box", args=["sign"]),)),
        Page("district", "one case", tuple(reverse("case_detail", args=[case.pk]) for case in some)),
        Page("api", "list", (f"{api}?limit=20",)),
        Page("api", "by state and street", tuple(f"{api}?state=archived&path={s}&limit=20" for s in streets)),
        Page("api", "by channel", (f"{api}?channel=platform&limit=20",)),
        Page("api", "search by words", tuple(f"{api}?limit=20&q={w}" for w in _searches(random_, own["district"]))),
        Page("api", "one case", tuple(f"{api}/{n}" for n in numbers)),
    ]
