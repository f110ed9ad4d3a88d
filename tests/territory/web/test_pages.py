"""The desk's pages of the territory, through the browser's eyes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.territory.conftest import COMMUNITY, NEIGHBOUR, START, person, square

from wangge.kernel.access.models import Grant, User
from wangge.territory import queries
from wangge.territory.actions import NewGrid, assign_staff, create_grid, create_grids
from wangge.territory.models import Division, Grid, GridStaff, PlaceAlias, PlaceCode
from wangge.territory.places import Place, add_alias, create_place_codes
from wangge.territory.reform import set_outline

WHY = "昆政办发〔2026〕1号"
SignIn = Callable[[User], Client]


def granted(name: str, role: str, path: str) -> User:
    user = person(name)
    Grant.objects.create(user=user, role=role, path=path, valid_from=START)
    return user


@pytest.fixture
def manager(divisions: None) -> User:
    return granted("网格办小孙", "territory_manager", "150203001")


@pytest.fixture
def reader(divisions: None) -> User:
    return granted("街道老王", "street_leader", "150203001")


@pytest.fixture
def stranger(divisions: None) -> User:
    return granted("外人", "street_leader", "150203102")


@pytest.fixture
def as_user(client: Client) -> SignIn:
    def sign_in(user: User) -> Client:
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def grid(divisions: None, worker: User) -> Grid:
    made = create_grid(new=NewGrid(COMMUNITY, households=450, polygon=square(109.84, 40.65)), on=START)
    assign_staff(grid=made, user=worker, position="full_time", on=START)
    return made


def text(response: Any) -> str:
    found: str = response.content.decode()
    return found


def told(response: Any) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def test_divisions_are_found_by_the_usual_word(reader: User, as_user: SignIn) -> None:
    page = as_user(reader).get(reverse("division_list"), {"q": "锡林郭勒市"})
    assert page.status_code == 200
    assert "锡林郭勒盟" in text(page)
    assert "阿拉善盟" not in text(page)


def test_a_division_shows_what_lies_below_and_how_many_grids(reader: User, grid: Grid, as_user: SignIn) -> None:
    page = as_user(reader).get(reverse("division_detail", args=["150203"]))
    assert [(d.code, n) for d, n in page.context["below"]] == [("150203001", 1), ("150203102", 0)]
    assert page.context["may_manage"] is False


def test_a_community_shows_its_grids_and_their_staff(reader: User, grid: Grid, as_user: SignIn) -> None:
    page = as_user(reader).get(reverse("division_detail", args=[COMMUNITY]))
    assert [(g.code, g.member_count) for g in page.context["grids"]] == [(grid.code, 1)]


@pytest.mark.parametrize("code", ["99", "abc", "150203001999", "1"])
def test_an_unknown_division_is_not_found(reader: User, as_user: SignIn, code: str) -> None:
    assert as_user(reader).get(reverse("division_detail", args=[code])).status_code == 404


def test_a_closed_division_leads_to_its_successor(manager: User, as_user: SignIn) -> None:
    as_user(manager).post(
        reverse("division_merge", args=[COMMUNITY]),
        {"merge-into": NEIGHBOUR, "merge-on": "2026-01-01", "merge-reason": WHY},
    )
    page = as_user(manager).get(reverse("division_detail", args=[COMMUNITY]))
    assert page.context["successors"] == [(NEIGHBOUR, "钢二十三号街坊社区居委会")]
    assert page.context["may_manage"] is False


def test_a_grid_page_shows_its_staff_and_its_warnings(reader: User, grid: Grid, as_user: SignIn) -> None:
    page = as_user(reader).get(reverse("grid_detail", args=[grid.code]))
    assert "网格员小李" in text(page)
    assert page.context["warnings"] == ["没有网格长。"]


def test_a_stranger_sees_no_grid_of_another_street(stranger: User, grid: Grid, as_user: SignIn) -> None:
    client = as_user(stranger)
    assert client.get(reverse("grid_detail", args=[grid.code])).status_code == 404
    assert "第1网格" not in text(client.get(reverse("grid_list")))
    assert client.get(reverse("territory_map", args=[COMMUNITY])).json()["features"] == []
    assert client.get(reverse("grid_geojson"), {"path": COMMUNITY}).json()["features"] == []
    assert client.get(reverse("division_detail", args=[COMMUNITY])).context["grids"] == []


def test_who_has_no_right_gets_no_page(grid: Grid, as_user: SignIn) -> None:
    auditor = granted("审计小吴", "audit_admin", "150203")
    assert as_user(auditor).get(reverse("division_list")).status_code == 403
    assert as_user(auditor).get(reverse("grid_detail", args=[grid.code])).status_code == 403


POSTS: list[tuple[str, tuple[Any, ...], dict[str, str]]] = [
    ("division_rename", (COMMUNITY,), {"rename-name": "改名", "rename-on": "2026-01-01", "rename-reason": WHY}),
    ("division_end", (NEIGHBOUR,), {"end-on": "2026-01-01", "end-reason": WHY}),
    ("division_merge", (COMMUNITY,), {"merge-into": NEIGHBOUR, "merge-on": "2026-01-01", "merge-reason": WHY}),
    (
        "division_recode",
        (COMMUNITY,),
        {"recode-new_code": "150203001099", "recode-on": "2026-01-01", "recode-reason": WHY},
    ),
    ("grid_create", (COMMUNITY,), {"kind": "comprehensive", "crs": "CGCS2000"}),
    ("grid_edit", (f"{COMMUNITY}001",), {"name": "改名", "kind": "comprehensive", "crs": "CGCS2000"}),
    ("grid_end", (f"{COMMUNITY}001",), {"reason": WHY}),
    ("grid_split", (f"{COMMUNITY}001",), {"split-parts": "2", "split-reason": WHY}),
    (
        "grid_staff_add",
        (f"{COMMUNITY}001",),
        {"staff-username": "外人", "staff-position": "chief", "staff-on": "2026-01-01"},
    ),
    ("grid_code", (f"{COMMUNITY}001",), {}),
]


@pytest.mark.parametrize("post", POSTS, ids=[p[0] for p in POSTS])
@pytest.mark.parametrize("who", ["reader", "other_manager"])
def test_without_the_right_over_the_place_nothing_happens(
    reader: User, grid: Grid, as_user: SignIn, post: tuple[str, tuple[Any, ...], dict[str, str]], who: str
) -> None:
    name, arguments, data = post
    user = reader if who == "reader" else granted("别街小钱", "territory_manager", "150203102")
    person("外人甲")
    before = [list(m._default_manager.order_by("pk").values()) for m in (Division, Grid, GridStaff, PlaceCode, Grant)]
    answer = as_user(user).post(reverse(name, args=arguments), data)
    assert answer.status_code == (403 if who == "reader" else 404)
    after = [list(m._default_manager.order_by("pk").values()) for m in (Division, Grid, GridStaff, PlaceCode, Grant)]
    assert after == before


def test_a_division_is_not_merged_into_another_clerks_area(manager: User, as_user: SignIn) -> None:
    data = {"merge-into": "150203102211", "merge-on": "2026-01-01", "merge-reason": WHY}
    answer = as_user(manager).post(reverse("division_merge", args=[COMMUNITY]), data, follow=True)
    assert told(answer) == ["150203102211不在您维护的范围内。"]
    assert queries.division(COMMUNITY) is not None


def test_a_manager_renames_and_the_old_name_is_shown(manager: User, as_user: SignIn) -> None:
    data = {"rename-name": "少先社区", "rename-on": "2026-01-01", "rename-reason": WHY}
    page = as_user(manager).post(reverse("division_rename", args=[COMMUNITY]), data, follow=True)
    assert told(page) == ["已更名。"]
    assert "曾用名" in text(page)
    assert "少先二十一号街坊社区居委会（至2026-01-01）" in text(page)


def test_a_grid_is_drawn(manager: User, as_user: SignIn) -> None:
    data = {"name": "东片", "kind": "exclusive", "crs": "CGCS2000", "polygon": json.dumps(square(109.84, 40.65))}
    answer = as_user(manager).post(reverse("grid_create", args=[COMMUNITY]), data)
    made = Grid.objects.get()
    assert answer["Location"] == reverse("grid_detail", args=[made.code])
    assert (made.name, made.kind, made.polygon) == ("东片", "exclusive", square(109.84, 40.65))


def test_an_overlap_is_shown_beside_the_form(manager: User, grid: Grid, as_user: SignIn) -> None:
    data = {"kind": "comprehensive", "crs": "CGCS2000", "polygon": json.dumps(square(109.845, 40.65))}
    page = as_user(manager).post(reverse("grid_create", args=[COMMUNITY]), data)
    assert page.context["form"].non_field_errors() == [f"“第2网格”与{grid.code}“第1网格”重叠（50%）。"]
    assert Grid.objects.count() == 1


@pytest.mark.parametrize("polygon", ["{", "POLYGON((1", "[1,2]", '{"type":"Point","coordinates":[1,2]}', '{"a":1}'])
def test_an_unreadable_outline_is_told(manager: User, as_user: SignIn, polygon: str) -> None:
    data = {"kind": "comprehensive", "crs": "CGCS2000", "polygon": polygon}
    page = as_user(manager).post(reverse("grid_create", args=[COMMUNITY]), data)
    assert (page.status_code, page.context["form"].is_valid(), Grid.objects.count()) == (200, False, 0)


def test_saving_a_grid_unchanged_keeps_no_past(manager: User, grid: Grid, as_user: SignIn) -> None:
    client = as_user(manager)
    form = client.get(reverse("grid_edit", args=[grid.code])).context["form"]
    data = {name: form[name].value() for name in ("name", "kind", "households", "polygon", "crs")}
    client.post(reverse("grid_edit", args=[grid.code]), data)
    assert grid.past.count() == 0


def test_redrawing_without_a_basis_is_refused(manager: User, grid: Grid, as_user: SignIn) -> None:
    data = {"name": "东片", "kind": "comprehensive", "crs": "CGCS2000", "polygon": json.dumps(square(109.9, 40.65))}
    page = as_user(manager).post(reverse("grid_edit", args=[grid.code]), data)
    assert page.context["form"].non_field_errors() == ["调整网格边界须写明依据。"]
    as_user(manager).post(reverse("grid_edit", args=[grid.code]), data | {"reason": WHY})
    grid.refresh_from_db()
    assert (grid.name, grid.centroid_lng) == ("东片", 109.905)


def test_staff_are_assigned_and_released(manager: User, grid: Grid, chief: User, as_user: SignIn) -> None:
    client = as_user(manager)
    data = {"staff-username": "网格长老赵", "staff-position": "chief", "staff-on": "2026-01-01"}
    client.post(reverse("grid_staff_add", args=[grid.code]), data)
    assert queries.current_chief(grid.code) == chief
    post = GridStaff.objects.get(user=chief)
    client.post(reverse("grid_staff_end", args=[grid.code, post.pk]), {"reason": "调离本社区"})
    assert queries.current_chief(grid.code) is None


def test_a_wrong_account_is_told(manager: User, grid: Grid, as_user: SignIn) -> None:
    data = {"staff-username": "没有此人", "staff-position": "chief", "staff-on": "2026-01-01"}
    page = as_user(manager).post(reverse("grid_staff_add", args=[grid.code]), data, follow=True)
    assert told(page) == ["没有这个账号，或已停用，或不归您安排。"]


@pytest.mark.parametrize("who", ["别街小钱", "网格办小孙"])
def test_nobody_is_placed_who_works_elsewhere_nor_oneself(manager: User, grid: Grid, as_user: SignIn, who: str) -> None:
    if who != manager.username:
        granted(who, "grid_worker", "150203102211001")
    before = list(GridStaff.objects.values())
    data = {"staff-username": who, "staff-position": "chief", "staff-on": "2026-01-01"}
    page = as_user(manager).post(reverse("grid_staff_add", args=[grid.code]), data, follow=True)
    assert told(page) == ["没有这个账号，或已停用，或不归您安排。"]
    assert list(GridStaff.objects.values()) == before


def test_a_grid_is_split_and_merged_again(manager: User, grid: Grid, as_user: SignIn) -> None:
    client = as_user(manager)
    client.post(reverse("grid_split", args=[grid.code]), {"split-parts": "3", "split-reason": WHY})
    parts = [g.code for g in queries.grids_of(COMMUNITY)]
    assert [code[12:] for code in parts] == ["002", "003", "004"]
    data = {"merge-others": parts[1:], "merge-name": "合并网格", "merge-reason": WHY}
    client.post(reverse("grid_merge", args=[parts[0]]), data)
    assert [(g.code[12:], g.name) for g in queries.grids_of(COMMUNITY)] == [("005", "合并网格")]


def test_a_community_is_split(manager: User, grid: Grid, as_user: SignIn) -> None:
    url = reverse("division_split", args=[COMMUNITY])
    assert as_user(manager).get(url).status_code == 200
    data = {
        "parts": "150203001031 甲社区\n150203001032 乙社区",
        "on": "2026-01-01",
        "reason": WHY,
        f"grid_{grid.code}": "150203001032",
    }
    as_user(manager).post(url, data)
    assert queries.successors(COMMUNITY) == ["150203001031", "150203001032"]
    assert queries.successors(grid.code) == ["150203001032001"]


def test_a_file_is_imported_with_its_bad_rows_named(manager: User, as_user: SignIn) -> None:
    rows = f"社区代码,名称\n{COMMUNITY},好\n150203102211,别街\n".encode("gb18030")
    data = {"file": SimpleUploadedFile("g.csv", rows), "crs": "CGCS2000", "keep_good": "1"}
    page = as_user(manager).post(reverse("grid_import"), data)
    assert [(e.row, e.reason) for e in page.context["report"].errors] == [(3, "社区150203102211不在您维护的范围内。")]
    assert list(Grid.objects.values_list("name", flat=True)) == ["好"]


def test_an_unreadable_file_is_told(manager: User, as_user: SignIn) -> None:
    data = {"file": SimpleUploadedFile("g.xlsx", b"\x00\x01"), "crs": "CGCS2000", "keep_good": "0"}
    page = as_user(manager).post(reverse("grid_import"), data)
    assert (page.status_code, page.context["form"].is_valid()) == (200, False)


def test_the_map_has_links_and_what_the_user_may_see(reader: User, grid: Grid, as_user: SignIn) -> None:
    set_outline(code="150203", polygon=square(109.8, 40.6, 0.2))
    document = as_user(reader).get(reverse("territory_map", args=["150203"])).json()
    assert [(f["properties"]["path"], f["properties"]["url"]) for f in document["features"]] == [
        ("150203", reverse("division_detail", args=["150203"])),
        (grid.code, reverse("grid_detail", args=[grid.code])),
    ]


def test_an_export_holds_the_users_grids(reader: User, grid: Grid, as_user: SignIn) -> None:
    answer = as_user(reader).get(reverse("grid_geojson"), {"path": "150203"})
    assert answer["Content-Disposition"] == 'attachment; filename="grids-150203.geojson"'
    assert [f["properties"]["code"] for f in answer.json()["features"]] == [grid.code]


@pytest.mark.parametrize("path", ["", "x", "1" * 16])
def test_an_export_of_nowhere_is_not_found(reader: User, as_user: SignIn, path: str) -> None:
    assert as_user(reader).get(reverse("grid_geojson"), {"path": path}).status_code == 404


def test_place_names_are_registered_by_a_point(manager: User, grid: Grid, as_user: SignIn) -> None:
    data = {"name": "阳光花园", "kind": "compound", "path": "", "lng": "109.845", "lat": "40.655"}
    as_user(manager).post(reverse("place_create"), data)
    alias = PlaceAlias.objects.get()
    assert (alias.name, alias.path) == ("阳光花园", grid.code)
    as_user(manager).post(reverse("place_end", args=[alias.pk]), {"reason": "更名"})
    alias.refresh_from_db()
    assert alias.is_current is False


def test_a_place_outside_the_clerks_area_is_refused(manager: User, as_user: SignIn) -> None:
    data = {"name": "阳光花园", "kind": "compound", "path": "150203102211", "lng": "", "lat": ""}
    page = as_user(manager).post(reverse("place_create"), data)
    assert page.context["form"].non_field_errors() == ["昆都仑区·卜尔汉图镇·卜尔汉图嘎查不在您维护的范围内。"]
    assert PlaceAlias.objects.count() == 0


def test_a_grids_code_is_made_printed_and_withdrawn(manager: User, grid: Grid, as_user: SignIn) -> None:
    client = as_user(manager)
    client.post(reverse("grid_code", args=[grid.code]))
    code = PlaceCode.objects.get()
    picture = client.get(reverse("place_code_picture", args=[code.pk]))
    assert (picture["Content-Type"], picture.content[:5]) == ("image/svg+xml", b"<?xml")
    page = client.get(reverse("place_code_detail", args=[code.pk]))
    assert f"http://testserver/r/q/{code.code}/" in text(page)
    assert code.code in text(client.get(reverse("place_code_sheet"), {"path": grid.code}))
    client.post(reverse("place_code_withdraw", args=[code.pk]), {"reason": "磨损更换"})
    assert queries.place_by_code(code.code) is None


def test_a_stranger_sees_no_code(stranger: User, grid: Grid, as_user: SignIn) -> None:
    (code,) = create_place_codes(places=[Place("王记面馆", "shop", grid.code)])
    client = as_user(stranger)
    assert client.get(reverse("place_code_detail", args=[code.pk])).status_code == 404
    assert client.get(reverse("place_code_picture", args=[code.pk])).status_code == 404
    assert "王记面馆" not in text(client.get(reverse("place_code_list")))
    assert "王记面馆" not in text(client.get(reverse("place_code_sheet"), {"path": grid.code}))


def _queries(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


@pytest.mark.parametrize("name", ["grid_list", "division_list", "place_list", "place_code_list"])
def test_a_list_costs_the_same_with_one_row_and_three(manager: User, as_user: SignIn, name: str) -> None:
    client, url = as_user(manager), reverse(name)
    counts = []
    for wanted in (1, 3):
        while Grid.objects.count() < wanted:
            number = Grid.objects.count()
            (made,) = create_grids(news=[NewGrid(COMMUNITY if number % 2 else NEIGHBOUR)])
            assign_staff(grid=made, user=person(f"网格员{number}"), position="chief")
            add_alias(place=Place(f"花园{number}", path=made.code))
            create_place_codes(places=[Place(f"花园{number}", path=made.code)])
        counts.append(_queries(client, url))
    assert counts[0] == counts[1]


def test_a_grid_page_costs_the_same_with_one_member_and_three(manager: User, grid: Grid, as_user: SignIn) -> None:
    client, url = as_user(manager), reverse("grid_detail", args=[grid.code])
    one = _queries(client, url)
    for name in ("甲", "乙"):
        assign_staff(grid=grid, user=person(name), position="part_time")
    assert _queries(client, url) == one
