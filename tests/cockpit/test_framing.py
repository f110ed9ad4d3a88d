"""Yesterday's demand framed by 七有五性: everything filed, once, by what the catalogue says of its kind."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.cases.conftest import COMMUNITY, DISTRICT, STREET, World
from tests.cockpit.conftest import build, count, figures, weeks_before, yesterday

from wangge.cockpit import actions
from wangge.cockpit.models import Brief
from wangge.duties import needs
from wangge.duties.enums import SevenFive
from wangge.duties.models import Catalogue, Kind


def page(path: str = STREET) -> dict[str, Any]:
    actions.make(for_on=timezone.localdate())
    content: dict[str, Any] = Brief.objects.get(path=path, office=None).content
    return content


def framed(content: dict[str, Any]) -> dict[str, tuple[int, str, str]]:
    return {one["label"]: (one["value"], one["usual"], one["change"]) for one in content["needs"]}


@pytest.fixture
def mapped(town: World) -> World:
    """Rubbish is 宜居性, houses are 住有所居."""
    for kind, need in (("rubbish", SevenFive.LIVABLE), ("building", SevenFive.HOUSING)):
        Kind.objects.filter(pk=town.kinds[kind].pk).update(seven_five=need)
    return town


def test_seven_and_five_and_the_rest_in_the_order_people_say_them(mapped: World) -> None:
    assert "".join(label[0] for label in framed(page())) == "幼学劳病老住弱便宜多公安未"


def test_demand_is_told_by_need_against_the_same_weekday(mapped: World) -> None:
    day = yesterday()
    rubbish, building = mapped.kinds["rubbish"].code, mapped.kinds["building"].code
    build([day, *weeks_before(day)])
    for before in weeks_before(day):
        count("cases.filed", before, 4, kind=rubbish)
        count("cases.filed", before, 6, kind=building)
    count("cases.filed", day, 20, kind=rubbish)
    count("cases.filed", day, 6, kind=building)
    count("cases.filed", day, 3, kind="9999")
    count("cases.filed", day, 2)
    found = framed(page())
    assert found["宜居性"] == (20, "4件", "多16件")
    assert found["住有所居"] == (6, "6件", "与往常相当")
    assert found["未归类"] == (5, "0件", "多5件")
    assert found["幼有所育"] == (0, "0件", "与往常相当")


def test_the_needs_add_up_to_what_was_filed(mapped: World) -> None:
    day = yesterday()
    build([day, *weeks_before(day)])
    for value, kind in ((7, mapped.kinds["rubbish"].code), (5, ""), (3, "0999")):
        count("cases.filed", day, value, kind=kind)
        count("cases.filed", day, value, kind=kind, path="150203002001")
    for path in (DISTRICT, STREET, COMMUNITY):
        content = page(path)
        filed = figures(content)["cases.filed"]["value"]
        assert sum(one["value"] for one in content["needs"]) == filed == (30 if path == DISTRICT else 15)


def test_a_kind_without_a_need_has_its_parents(mapped: World) -> None:
    Kind.objects.filter(code="01").update(seven_five=SevenFive.SAFE)
    Kind.objects.update_or_create(
        catalogue=mapped.kinds["rubbish"].catalogue,
        code="0109",
        defaults={"name": "别的", "level": 2, "parent": Kind.objects.filter(code="01").first()},
    )
    found = needs.of_kinds(timezone.localdate())
    assert found["0109"] == SevenFive.SAFE
    assert found[mapped.kinds["rubbish"].code] == SevenFive.LIVABLE


def test_the_catalogue_of_the_day_decides(mapped: World) -> None:
    old, today = mapped.kinds["rubbish"], timezone.localdate()
    Catalogue.objects.filter(pk=old.catalogue_id).update(state="ended", valid_to=today)
    new = Catalogue.objects.create(name="新目录", version="下一版", state="published", valid_from=today)
    draft = Catalogue.objects.create(name="草稿", version="再下一版")
    for catalogue, need in ((new, SevenFive.SAFE), (draft, SevenFive.FAIR)):
        Kind.objects.create(catalogue=catalogue, code=old.code, name="垃圾", level=old.level, seven_five=need,
                            parent=_parent(catalogue, old))  # fmt: skip
    assert needs.of_kinds(today)[old.code] == SevenFive.SAFE
    assert needs.of_kinds(today - timedelta(days=1))[old.code] == SevenFive.LIVABLE


def _parent(catalogue: Catalogue, kind: Kind) -> Kind | None:
    if kind.parent is None:
        return None
    return Kind.objects.create(catalogue=catalogue, code=kind.parent.code, name="上级", level=kind.parent.level)


@pytest.mark.parametrize(
    ("kind", "need"), [("need.yiju", "yiju"), ("need.other", "other"), ("yiju", None), ("-", None), ("need.x", None)]
)
def test_a_trace_names_a_need_or_a_code(kind: str, need: str | None) -> None:
    assert needs.named(kind) == need
