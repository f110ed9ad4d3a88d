"""Learning names by night, refusing one, and what intake makes of them."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone
from tests.cases.conftest import COMMUNITY, DISTRICT, GRID, NEIGHBOUR, World, world  # noqa: F401
from tests.cases.web.signing import signed_in
from tests.insight.places.sentences import COMMUNITIES, EARLIER, SENTENCES, STREETS
from tests.insight.topics.conftest import case, file

from wangge.insight.places import actions, finding
from wangge.insight.places.models import LearnedName
from wangge.kernel.access.models import Grant, User
from wangge.territory.loading import load
from wangge.territory.releases import Release
from wangge.territory.revision import Cached

NOW = timezone.now()


@pytest.fixture(autouse=True)
def fresh() -> None:
    for held in Cached.everything:
        held.forget()


@pytest.fixture
def keeper(world: World) -> User:  # noqa: F811
    user = User.objects.create_user(username="keeper", password=None, display_name="地名员")
    Grant.objects.create(user=user, role="territory_manager", path=DISTRICT, valid_from=timezone.localdate())
    world.people["地名员"] = user
    return user


def earlier(number: int = 4, path: str = COMMUNITY, name: str = "阳光花园") -> None:
    file(case(title="甲", text="甲", path=path, at=NOW, address=f"{name}{at}号楼") for at in range(number))


def test_a_name_learned_from_addresses_is_known_at_intake(world: World) -> None:  # noqa: F811
    assert finding.place("阳光花园5号楼漏水", DISTRICT) is None
    earlier()
    assert actions.learn(path=DISTRICT, now=NOW) == 1
    found = finding.place("阳光花园5号楼漏水", DISTRICT)
    assert found is not None
    assert (found.path, "以往4件" in found.why) == (COMMUNITY, True)
    help_ = signed_in(world, "话务小赵").post(
        reverse("case_intake_help"), {"text": "阳光花园5号楼漏水", "channel": "hotline", "address": ""}
    )
    assert help_.context["help"].path == COMMUNITY


def test_a_name_that_no_longer_means_one_place_is_forgotten(world: World) -> None:  # noqa: F811
    earlier()
    actions.learn(path=DISTRICT, now=NOW)
    earlier(path=NEIGHBOUR)
    actions.learn(path=DISTRICT, now=NOW)
    assert not LearnedName.objects.exists()
    assert finding.place("阳光花园5号楼漏水", DISTRICT) is None


def test_what_the_territory_knows_is_not_overruled(world: World) -> None:  # noqa: F811
    earlier(path=NEIGHBOUR, name="友谊社区")
    file(case(title="甲", text="甲", path=NEIGHBOUR, at=NOW, address="友谊大街5号院") for _ in range(4))
    actions.learn(path=DISTRICT, now=NOW)
    found = finding.place("友谊社区门口", DISTRICT)
    assert found is not None
    assert found.path == COMMUNITY


def test_a_refused_name_is_used_no_more_and_not_learned_again(world: World, keeper: User) -> None:  # noqa: F811
    earlier()
    actions.learn(path=DISTRICT, now=NOW)
    name = LearnedName.objects.get()
    with pytest.raises(PermissionDenied):
        actions.refuse(name=name, by=world["街道老王"])
    actions.refuse(name=name, by=keeper)
    actions.learn(path=DISTRICT, now=NOW)
    assert finding.place("阳光花园5号楼漏水", DISTRICT) is None
    assert LearnedName.objects.get().refused_by_id == keeper.pk


def test_the_hand_written_sentences(db: None) -> None:
    """Found where a place is meant, silent where none is: the figures of ``docs/insight.md``."""
    names = {"15": "内蒙古自治区", "1502": "包头市", DISTRICT: "昆都仑区"} | STREETS
    load(release=Release(date(2023, 6, 30), names | {code: f"{name}居委会" for code, name in COMMUNITIES.items()}))
    file(case(title="甲", text="甲", path=path, at=NOW, address=address) for address, path in EARLIER)
    actions.learn(path=DISTRICT, now=NOW)
    right = wrong = missed = silent = 0
    for text, path in SENTENCES:
        found = finding.place(text, DISTRICT)
        if path is None:
            silent += found is None
            wrong += found is not None
        elif found is None:
            missed += 1
        else:
            right += found.path == path
            wrong += found.path != path
    total = sum(path is not None for _, path in SENTENCES)
    print(
        f"{right} of {total} places found, {missed} missed, {wrong} wrong; silent {silent} of {len(SENTENCES) - total}"
    )
    assert right >= 0.9 * total
    assert wrong <= 2
