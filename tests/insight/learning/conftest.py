"""The small district with a few kinds and enough closed cases to learn from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from tests.cases.conftest import COMMUNITY, DISTRICT, World, world  # noqa: F401
from tests.insight.texts import messages
from tests.insight.topics.conftest import case, file

from wangge.duties.models import Kind
from wangge.insight.learning import suggestion
from wangge.kernel.access.models import Grant, User

LABELS = {"环境保护": "rubbish", "教育文体": "school", "劳动和社会保障": "wages", "交通运输": "buses"}


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    suggestion.forget()
    yield
    suggestion.forget()


@pytest.fixture
def learned(world: World, settings: object) -> World:  # noqa: F811
    """400 closed cases of four kinds; the command centre's 小马 may dispatch and manage insight."""
    settings.HOME_DIVISION = DISTRICT  # type: ignore[attr-defined]
    top = world.kinds["rubbish"].parent
    for at, (key, name) in enumerate((("school", "入学"), ("wages", "欠薪"), ("buses", "公交"))):
        world.kinds[key] = Kind.objects.create(
            catalogue=world.kinds["rubbish"].catalogue,
            code=f"020{at + 1}",
            level=2,
            name=name,
            parent=top,
            keywords=[name],
        )
    user = User.objects.create_user(username="xiaoma", password=None, display_name="指挥中心小马")
    Grant.objects.create(
        user=user,
        role="command_centre",
        path=DISTRICT,
        office_id=world.offices["command"].pk,
        valid_from=timezone.localdate(),
    )
    world.people["指挥中心小马"] = user
    teach(world)
    return world


def teach(world: World, number: int = 400, *, seed: int = 1, wrong: bool = False) -> None:  # noqa: F811
    """Closed cases from the invented messages; ``wrong``: with labels that say nothing."""
    now = timezone.now()
    kinds = [world.kinds[key] for key in LABELS.values()]
    file(
        case(
            title=row.texts[0][:20],
            text=row.texts[0],
            path=COMMUNITY,
            at=now - timedelta(hours=number - at),
            kind=kinds[at % 4] if wrong else world.kinds[LABELS[row.label]],
        )
        for at, row in enumerate(messages(number, seed=seed))
    )
