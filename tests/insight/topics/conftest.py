"""The small district with cases on a few matters among many, and people who read topics."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.cases.conftest import COMMUNITY, DISTRICT, NEIGHBOUR, OTHER_STREET, STREET, World, world  # noqa: F401
from tests.insight.grouping.invented import corpus

from wangge.cases.models import Case
from wangge.insight.topics.models import Topic
from wangge.kernel.access.models import Grant, User

NUMBERS = itertools.count(1)
ELSEWHERE = OTHER_STREET + "001"
LEADERS = {"街道书记": ("street_leader", STREET), "外街书记": ("street_leader", OTHER_STREET)}


def case(*, title: str, text: str, path: str, at: datetime, **given: Any) -> Case:
    """An unsaved closed case."""
    values: dict[str, Any] = {
        "number": f"T{next(NUMBERS):012d}",
        "channel": "hotline",
        "demand_type": "complaint",
        "state": "closed",
    }
    return Case(title=title[:120], text=text, path=path, created_at=at, **(values | given))


def file(rows: Iterable[Case]) -> list[Case]:
    return Case.objects.bulk_create(rows)


def fill(world: World, *, now: datetime, each: int = 8, others: int = 60, seed: int = 1) -> list[Case]:  # noqa: F811
    """The invented corpus as cases of the last days: 翠湖新居 and 育才学院 in one street, 锦绣兰庭 in the other."""
    found = []
    for at, one in enumerate(corpus(each=each, others=others, seed=seed)):
        path = ELSEWHERE if "锦绣兰庭" in one.text else COMMUNITY if at % 4 else NEIGHBOUR
        kind = world.kinds["building" if "锦绣兰庭" in one.text else "rubbish"]
        when = now - timedelta(days=1 + at % 20, hours=1)
        found.append(case(title=one.title, text=one.body, path=path, at=when, kind=kind))
    return file(found)


def topic_of(anchor: str) -> Topic:
    return Topic.objects.get(anchors__contains=[anchor])


@pytest.fixture
def leaders(world: World) -> World:  # noqa: F811
    """The district with the leaders of its two streets."""
    for name, (role, path) in LEADERS.items():
        user = User.objects.create_user(username=f"l{len(world.people)}", password=None, display_name=name)
        Grant.objects.create(user=user, role=role, path=path, valid_from=timezone.localdate())
        world.people[name] = user
    return world
