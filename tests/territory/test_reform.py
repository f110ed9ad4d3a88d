from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from tests.territory.conftest import COMMUNITY, NEIGHBOUR, START, square

from wangge.kernel.access.models import Grant, User
from wangge.kernel.audit.models import AuditEntry
from wangge.kernel.events import bus
from wangge.territory import queries
from wangge.territory.actions import NewGrid, assign_staff, create_grid
from wangge.territory.events import PathsMoved
from wangge.territory.models import Division, DivisionChange, Outline
from wangge.territory.reform import (
    add_division,
    end_division,
    merge_divisions,
    recode_division,
    rename_division,
    set_outline,
    split_division,
)

pytestmark = pytest.mark.django_db
WHY = "内政发〔2026〕1号"


def test_a_rename_keeps_the_old_name_for_its_time(divisions: None) -> None:
    rename_division(code=COMMUNITY, name="少先社区", on=date(2026, 1, 1), reason=WHY)
    assert queries.name_of(COMMUNITY) == "少先社区"
    before = Division.objects.on(date(2025, 12, 31)).get(code=COMMUNITY)
    assert (before.name, before.valid_from, before.valid_to) == ("少先二十一号街坊社区居委会", START, date(2026, 1, 1))
    assert AuditEntry.objects.filter(action="territory.division.rename", reason=WHY).count() == 1


def test_a_change_without_its_basis_is_refused(divisions: None) -> None:
    with pytest.raises(ValidationError, match="依据"):
        rename_division(code=COMMUNITY, name="少先社区", reason=" ")
    assert DivisionChange.objects.count() == 0


def test_a_new_division_needs_its_parent_and_a_free_code(divisions: None) -> None:
    add_division(code="150203001030", name="新城社区", reason=WHY)
    assert queries.full_name("150203001030", from_level=4) == "少先路街道·新城社区"
    for code, why in ((COMMUNITY, "正在使用"), ("150203777001", "150203777"), ("1502031", "位数字")):
        with pytest.raises(ValidationError, match=why):
            add_division(code=code, name="某社区", reason=WHY)


def test_merging_communities_carries_grids_staff_and_grants_over(
    divisions: None, worker: User, django_capture_on_commit_callbacks: object
) -> None:
    heard: list[PathsMoved] = []
    bus.on(PathsMoved)(heard.append)
    kept = create_grid(new=NewGrid(NEIGHBOUR, polygon=square(109.84, 40.65)))
    moving = create_grid(new=NewGrid(COMMUNITY, polygon=square(109.86, 40.65)))
    assign_staff(grid=moving, user=worker, position="full_time")
    Grant.objects.create(user=worker, role="community_clerk", path=COMMUNITY, valid_from=START)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        merge_divisions(codes=[COMMUNITY], into=NEIGHBOUR, reason=WHY)
    bus._handlers[PathsMoved].remove(heard.append)
    assert queries.division(COMMUNITY) is None
    assert queries.successors(COMMUNITY) == [NEIGHBOUR]
    grids = queries.grids_of(NEIGHBOUR).values_list("code", "polygon")
    assert list(grids) == [(kept.code, kept.polygon), (f"{NEIGHBOUR}002", moving.polygon)]
    assert [p.user for p in queries.staff_of(f"{NEIGHBOUR}002")] == [worker]
    held = Grant.objects.in_force(timezone.localdate()).values_list("role", "path")
    assert sorted(held) == [
        ("community_clerk", COMMUNITY),
        ("community_clerk", NEIGHBOUR),
        ("grid_worker", f"{NEIGHBOUR}002"),
    ]
    assert [dict(e.moves) for e in heard] == [{COMMUNITY: NEIGHBOUR, moving.code: f"{NEIGHBOUR}002"}]


def test_a_street_with_communities_is_not_merged(divisions: None) -> None:
    with pytest.raises(ValidationError, match="下面还有区划"):
        merge_divisions(codes=["150203001"], into="150203102", reason=WHY)
    assert queries.division("150203001") is not None


def test_a_community_moves_to_another_street_with_its_grids(divisions: None) -> None:
    grid = create_grid(new=NewGrid(COMMUNITY))
    recode_division(code=COMMUNITY, new_code="150203102015", reason=WHY)
    assert queries.successors(COMMUNITY) == ["150203102015"]
    assert queries.successors(grid.code) == ["150203102015001"]
    assert queries.full_name("150203102015001", from_level=4) == "卜尔汉图镇·少先二十一号街坊社区·第1网格"
    assert queries.name_of(grid.code) == "第1网格"


def test_a_recoded_street_takes_everything_below(divisions: None) -> None:
    recode_division(code="150203001", new_code="150203009", reason=WHY)
    codes = Division.objects.current().filter(code__startswith="150203009").order_by("code")
    assert list(codes.values_list("code", flat=True)) == ["150203009", "150203009015", "150203009018"]
    assert not Division.objects.current().filter(code__startswith="150203001").exists()


def test_a_split_sends_each_grid_where_it_was_told(divisions: None) -> None:
    one, two = create_grid(new=NewGrid(COMMUNITY)), create_grid(new=NewGrid(COMMUNITY))
    parts = [("150203001031", "甲社区"), ("150203001032", "乙社区")]
    split_division(code=COMMUNITY, parts=parts, grids={one.code: parts[0][0], two.code: parts[1][0]}, reason=WHY)
    assert queries.division(COMMUNITY) is None
    assert queries.successors(COMMUNITY) == [parts[0][0], parts[1][0]]
    assert queries.successors(two.code) == ["150203001032002"]


def test_a_community_goes_on_with_the_grids_that_stay(divisions: None) -> None:
    one, two = create_grid(new=NewGrid(COMMUNITY)), create_grid(new=NewGrid(COMMUNITY))
    split_division(code=COMMUNITY, parts=[("150203001031", "甲社区")], grids={one.code: "150203001031"}, reason=WHY)
    assert queries.successors(COMMUNITY) == [COMMUNITY, "150203001031"]
    assert [g.code for g in queries.grids_of(COMMUNITY)] == [two.code]


def test_a_split_with_an_unknown_grid_does_nothing(divisions: None) -> None:
    create_grid(new=NewGrid(COMMUNITY))
    with pytest.raises(ValidationError, match="去向不对"):
        split_division(
            code=COMMUNITY, parts=[("150203001031", "甲社区")], grids={"150203001015099": "150203001031"}, reason=WHY
        )
    assert queries.division("150203001031") is None


def test_a_community_with_grids_is_not_ended(divisions: None) -> None:
    create_grid(new=NewGrid(COMMUNITY))
    with pytest.raises(ValidationError, match="还有网格"):
        end_division(code=COMMUNITY, reason=WHY)
    end_division(code=NEIGHBOUR, reason=WHY)
    assert (queries.division(COMMUNITY) is None, queries.division(NEIGHBOUR) is None) == (False, True)


def test_a_new_outline_keeps_the_former(divisions: None) -> None:
    set_outline(code=COMMUNITY, polygon=square(109.84, 40.65), on=date(2025, 1, 1))
    set_outline(code=COMMUNITY, polygon=square(109.85, 40.65), on=date(2026, 1, 1))
    assert list(Outline.objects.order_by("id").values_list("valid_to", flat=True)) == [date(2026, 1, 1), None]
    assert queries.outline(COMMUNITY) == square(109.85, 40.65)
