from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from tests.territory.conftest import COMMUNITY, NEIGHBOUR, person, square

from wangge.kernel.access.models import Grant, User
from wangge.kernel.access.scopes import forget, may
from wangge.kernel.audit.models import AuditEntry
from wangge.territory import queries
from wangge.territory.actions import (
    NewGrid,
    assign_staff,
    change_grid,
    create_grid,
    create_grids,
    end_grid,
    end_staff,
    merge_grids,
    split_grid,
)
from wangge.territory.checks import warnings_for
from wangge.territory.enums import GridKind, Position
from wangge.territory.models import DivisionChange, Grid, GridStaff, PlaceCode
from wangge.territory.reform import set_outline

pytestmark = pytest.mark.django_db


def new(lng: float = 109.84, lat: float = 40.65, **values: object) -> NewGrid:
    return NewGrid(**({"community_code": COMMUNITY, "polygon": square(lng, lat)} | values))  # type: ignore[arg-type]


def test_grids_are_numbered_inside_their_community(divisions: None) -> None:
    grids = [create_grid(new=NewGrid(c)) for c in (COMMUNITY, COMMUNITY, NEIGHBOUR)]
    assert [(g.code[12:], g.name) for g in grids] == [("001", "第1网格"), ("002", "第2网格"), ("001", "第1网格")]


def test_a_number_is_never_used_again(divisions: None) -> None:
    grid = create_grid(new=NewGrid(COMMUNITY))
    end_grid(grid=grid, reason="并入专属网格")
    assert create_grid(new=NewGrid(COMMUNITY)).code == f"{COMMUNITY}002"


def test_a_grid_belongs_to_a_community_not_to_a_street(divisions: None) -> None:
    with pytest.raises(ValidationError, match="必须属于一个社区"):
        create_grid(new=NewGrid("150203001"))
    assert Grid.objects.count() == 0


def test_the_database_refuses_a_grid_outside_its_community(divisions: None) -> None:
    with pytest.raises(IntegrityError, match="grid_in_community"), transaction.atomic():
        Grid.objects.create(
            code=f"{NEIGHBOUR}001",
            community_code=COMMUNITY,
            name="错",
            valid_from=date(2024, 1, 1),
            changed_on=date(2024, 1, 1),
        )


def test_an_unknown_community_is_refused(divisions: None) -> None:
    with pytest.raises(ValidationError, match="没有代码为150203001999的社区"):
        create_grid(new=NewGrid("150203001999"))


def test_an_overlap_names_the_other_grid(divisions: None) -> None:
    create_grid(new=new())
    with pytest.raises(ValidationError) as caught:
        create_grid(new=new(109.845, community_code=NEIGHBOUR))
    assert caught.value.messages == [f"“第1网格”与{COMMUNITY}001“第1网格”重叠（50%）。"]
    assert Grid.objects.count() == 1


def test_neighbours_may_touch_and_an_exclusive_grid_may_lie_inside(divisions: None) -> None:
    create_grid(new=new())
    create_grid(new=new(109.85))
    create_grid(new=new(kind=GridKind.EXCLUSIVE, polygon=square(109.841, 40.651, 0.001)))
    assert Grid.objects.count() == 3


def test_an_outline_gives_centre_and_area(divisions: None) -> None:
    grid = create_grid(new=new())
    assert (grid.centroid_lng, grid.centroid_lat) == (109.845, 40.655)
    assert grid.area_m2 == pytest.approx(940_000, rel=0.01)


def test_many_at_once_are_checked_against_each_other(divisions: None) -> None:
    with pytest.raises(ValidationError, match="重叠"):
        create_grids(news=[new(), new()])
    assert Grid.objects.count() == 0
    made = create_grids(news=[new(), new(109.85), NewGrid(COMMUNITY)])
    assert [g.code[12:] for g in made] == ["001", "002", "003"]
    assert AuditEntry.objects.filter(action="territory.grid.create").count() == 3


def test_a_change_keeps_what_was_before(divisions: None) -> None:
    grid = create_grid(new=new(households=450), on=date(2024, 1, 1))
    change_grid(grid=grid, values={"name": "花园网格", "households": 400}, on=date(2025, 1, 1), reason="更名")
    assert queries.name_of(grid.code) == "花园网格"
    past = list(grid.past.values_list("name", "households", "valid_from", "valid_to"))
    assert past == [("第1网格", 450, date(2024, 1, 1), date(2025, 1, 1))]


def test_redrawing_asks_a_reason(divisions: None) -> None:
    grid = create_grid(new=new())
    with pytest.raises(ValidationError, match="依据"):
        change_grid(grid=grid, values={"polygon": square(109.9, 40.65)})
    grid.refresh_from_db()
    assert (grid.centroid_lng, grid.past.count()) == (109.845, 0)


def test_saving_without_a_difference_leaves_no_trace(divisions: None) -> None:
    grid = create_grid(new=new())
    entries = AuditEntry.objects.count()
    change_grid(grid=grid, values={"name": grid.name})
    assert (grid.past.count(), AuditEntry.objects.count()) == (0, entries)


def test_a_merge_joins_areas_households_staff_and_places(divisions: None, worker: User, chief: User) -> None:
    one, two = create_grids(news=[new(households=200), new(109.85, households=180)])
    for grid in (one, two):
        assign_staff(grid=grid, user=chief, position=Position.CHIEF)
    assign_staff(grid=two, user=worker, position=Position.FULL_TIME)
    place = PlaceCode.objects.create(path=two.code, name="东门", valid_from=date(2024, 1, 1))
    merged = merge_grids(grids=[one, two], reason="街道批复")
    assert (merged.code, merged.households) == (f"{COMMUNITY}003", 380)
    assert merged.area_m2 == pytest.approx(one.area_m2 + two.area_m2, rel=1e-6)
    assert [(p.user, p.position) for p in queries.staff_of(COMMUNITY)] == [(chief, "chief"), (worker, "full_time")]
    assert queries.successors(one.code) == queries.successors(two.code) == [merged.code]
    place.refresh_from_db()
    assert place.path == merged.code
    assert not Grid.objects.current().filter(pk__in=[one.pk, two.pk]).exists()


def test_grids_of_two_communities_are_not_merged(divisions: None) -> None:
    grids = [create_grid(new=NewGrid(COMMUNITY)), create_grid(new=NewGrid(NEIGHBOUR))]
    with pytest.raises(ValidationError, match="同一社区"):
        merge_grids(grids=grids, reason="街道批复")
    assert Grid.objects.current().count() == 2


def test_a_split_numbers_the_parts_from_the_west(divisions: None, worker: User) -> None:
    grid = create_grid(new=new())
    assign_staff(grid=grid, user=worker, position=Position.FULL_TIME)
    east, west = square(109.845, 40.65, 0.005), square(109.84, 40.65, 0.005)
    parts = split_grid(grid=grid, polygons=[east, west], names=["东片", "西片"], reason="户数过多")
    assert [(p.code[12:], p.name) for p in parts] == [("002", "西片"), ("003", "东片")]
    assert queries.successors(grid.code) == [p.code for p in parts]
    assert [(p.grid_id, p.user) for p in queries.staff_of(COMMUNITY)] == [(p.pk, worker) for p in parts]


def test_a_grid_has_one_chief(divisions: None, chief: User, worker: User) -> None:
    grid = create_grid(new=NewGrid(COMMUNITY))
    assign_staff(grid=grid, user=chief, position=Position.CHIEF)
    with pytest.raises(ValidationError, match="一格一长"):
        assign_staff(grid=grid, user=worker, position=Position.CHIEF)
    assert queries.current_chief(grid.code) == chief
    assert GridStaff.objects.count() == 1
    with pytest.raises(IntegrityError, match="gridstaff_one_chief"), transaction.atomic():
        GridStaff.objects.create(grid=grid, user=worker, position=Position.CHIEF, valid_from=timezone.localdate())


def test_a_post_gives_and_takes_the_grant(divisions: None, worker: User) -> None:
    grid = create_grid(new=NewGrid(COMMUNITY))
    post = assign_staff(grid=grid, user=worker, position=Position.FULL_TIME)
    forget(worker)
    assert may(worker, "cases.handle", path=grid.code)
    assert not may(worker, "cases.handle", path=COMMUNITY)
    end_staff(post=post)
    forget(worker)
    assert not may(worker, "cases.handle", path=grid.code)
    assert list(Grant.objects.values_list("role", "path")) == [("grid_worker", grid.code)]


def test_another_position_ends_the_former(divisions: None, worker: User) -> None:
    grid = create_grid(new=NewGrid(COMMUNITY))
    first = timezone.localdate() - timedelta(days=30)
    assign_staff(grid=grid, user=worker, position=Position.PART_TIME, on=first)
    assign_staff(grid=grid, user=worker, position=Position.CHIEF)
    assert [p.position for p in queries.staff_of(grid.code)] == ["chief"]
    assert [p.position for p in queries.staff_of(grid.code, on=first)] == ["part_time"]


def test_a_grant_given_by_hand_outlives_the_post(divisions: None, worker: User) -> None:
    grid = create_grid(new=NewGrid(COMMUNITY))
    Grant.objects.create(user=worker, role="grid_worker", path=grid.code, valid_from=date(2024, 1, 1))
    end_staff(post=assign_staff(grid=grid, user=worker, position=Position.FULL_TIME))
    assert Grant.objects.in_force(timezone.localdate()).count() == 1


def test_ending_a_grid_ends_its_posts_and_grants(divisions: None, worker: User) -> None:
    grid = create_grid(new=NewGrid(COMMUNITY))
    assign_staff(grid=grid, user=worker, position=Position.FULL_TIME)
    end_grid(grid=grid, reason="拆迁完毕")
    assert list(queries.staff_of(COMMUNITY)) == []
    assert Grant.objects.in_force(timezone.localdate()).count() == 0
    assert list(DivisionChange.objects.values_list("kind", "from_code", "to_code")) == [("end", grid.code, "")]


def test_a_closed_grid_takes_nobody(divisions: None, worker: User) -> None:
    grid = end_grid(grid=create_grid(new=NewGrid(COMMUNITY)), reason="拆迁完毕")
    with pytest.raises(ValidationError, match="已撤销"):
        assign_staff(grid=grid, user=worker, position=Position.FULL_TIME)
    assert Grant.objects.count() == 0


def test_a_closed_account_takes_no_post(divisions: None) -> None:
    gone = person("离职小周")
    User.objects.filter(pk=gone.pk).update(is_active=False)
    gone.refresh_from_db()
    grid = create_grid(new=NewGrid(COMMUNITY))
    with pytest.raises(ValidationError, match="停用"):
        assign_staff(grid=grid, user=gone, position=Position.FULL_TIME)
    assert GridStaff.objects.count() == 0


def test_warnings_name_what_is_doubtful(divisions: None, chief: User) -> None:
    set_outline(code=COMMUNITY, polygon=square(109.84, 40.65))
    good = create_grid(new=new(households=450))
    assign_staff(grid=good, user=chief, position=Position.CHIEF)
    odd = create_grid(new=new(109.9, households=900))
    assert warnings_for(good) == []
    assert warnings_for(odd) == ["有100%在所属社区边界之外。", "户数900，标准为300—500户。", "没有网格长。"]
