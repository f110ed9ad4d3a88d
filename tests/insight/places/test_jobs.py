"""Names are learned by night in every district."""

from __future__ import annotations

from django.utils import timezone
from tests.cases.conftest import COMMUNITY, World, world  # noqa: F401
from tests.insight.topics.conftest import case, file

from wangge.insight.places import jobs
from wangge.insight.places.models import LearnedName


def test_the_sweep_learns(world: World) -> None:  # noqa: F811
    now = timezone.now()
    file(case(title="甲", text="甲", path=COMMUNITY, at=now, address=f"阳光花园{n}号楼") for n in range(3))
    assert jobs.learn(now) == 1
    assert LearnedName.objects.get().name == "阳光花园"
