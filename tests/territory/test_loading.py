from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from tests.territory.conftest import COMMUNITY, NAMES, START

from wangge.kernel.access.models import Grant, User
from wangge.kernel.audit.models import AuditEntry
from wangge.territory import queries
from wangge.territory.actions import NewGrid, assign_staff, create_grid
from wangge.territory.enums import ChangeKind
from wangge.territory.loading import load, pair
from wangge.territory.models import Division, DivisionChange, Grid
from wangge.territory.reform import rename_division
from wangge.territory.releases import Release, from_folder, shipped

LATER = date(2024, 6, 30)


def changes() -> list[tuple[str, str, str]]:
    return list(DivisionChange.objects.order_by("id").values_list("kind", "from_code", "to_code"))


def test_the_shipped_release_has_every_division() -> None:
    release = shipped()
    lengths = [len(code) for code in release.names]
    assert [lengths.count(n) for n in (2, 4, 6, 9, 12)] == [31, 342, 2978, 41352, 620573]


@pytest.mark.django_db
def test_the_whole_country_loads_within_a_minute() -> None:
    started = time.monotonic()
    result = load(release=shipped())
    assert (result.added, Division.objects.count()) == (665_276, 665_276)
    assert time.monotonic() - started < 60


@pytest.mark.django_db
def test_within_loads_the_part_and_what_is_above() -> None:
    load(release=shipped("150203"), within="150203")
    above = Division.objects.exclude(code__startswith="150203").order_by("code")
    assert list(above.values_list("code", flat=True)) == ["15", "1502"]
    assert Division.objects.filter(code__startswith="150203").count() == 1 + 16 + 112


@pytest.mark.django_db
def test_loading_the_rest_keeps_the_part() -> None:
    load(release=shipped("150203"), within="150203")
    result = load(release=shipped("15"), within="15")
    assert (result.renamed, result.ended, result.recoded) == (0, 0, 0)
    assert Division.objects.current().count() == len(shipped("15").names)


@pytest.mark.django_db
def test_loading_again_changes_nothing(divisions: None) -> None:
    before = list(Division.objects.order_by("id").values())
    entries = AuditEntry.objects.count()
    result = load(release=Release(START, dict(NAMES)))
    assert (result.added, result.renamed, result.recoded, result.ended) == (0, 0, 0, 0)
    assert list(Division.objects.order_by("id").values()) == before
    assert AuditEntry.objects.count() == entries


@pytest.mark.django_db
def test_a_new_name_closes_the_old_row(divisions: None) -> None:
    load(release=Release(LATER, {**NAMES, "150203001": "少先街道"}))
    rows = Division.objects.filter(code="150203001").order_by("id").values_list("name", "valid_from", "valid_to")
    assert list(rows) == [("少先路街道", START, LATER), ("少先街道", LATER, None)]
    assert changes() == [("rename", "150203001", "150203001")]
    assert queries.name_of("150203001") == "少先街道"


@pytest.mark.django_db
def test_a_missing_division_is_closed(divisions: None) -> None:
    result = load(release=Release(LATER, {c: n for c, n in NAMES.items() if c != "152921201"}))
    assert result.ended == 1
    assert queries.division("152921201") is None
    assert queries.name_of("152921201") == "巴润别立苏木"
    assert changes() == [("end", "152921201", "")]


@pytest.mark.django_db
def test_a_load_within_a_district_leaves_the_others(divisions: None) -> None:
    names = {c: n for c, n in NAMES.items() if c.startswith("150203") or "150203".startswith(c)}
    result = load(release=Release(LATER, names), within="150203")
    assert result.ended == 0
    assert queries.division("1529") is not None


@pytest.mark.django_db
def test_a_missing_division_with_grids_is_kept_and_named(divisions: None) -> None:
    create_grid(new=NewGrid(COMMUNITY))
    result = load(release=Release(LATER, {c: n for c, n in NAMES.items() if c != COMMUNITY}))
    assert result.kept == [COMMUNITY]
    assert queries.division(COMMUNITY) is not None


@pytest.mark.django_db
def test_a_recoded_street_takes_its_communities_grids_staff_and_grants(divisions: None, worker: User) -> None:
    grid = create_grid(new=NewGrid(COMMUNITY))
    assign_staff(grid=grid, user=worker, position="full_time", on=START)
    Grant.objects.create(user=worker, role="street_leader", path="150203001", valid_from=START)
    names = {(c.replace("150203001", "150203021", 1)): n for c, n in NAMES.items()}
    result = load(release=Release(LATER, names))
    assert (result.recoded, result.ended, result.added) == (3, 0, 0)
    assert queries.successors("150203001") == ["150203021"]
    assert list(Grid.objects.current().values_list("code", flat=True)) == ["150203021015001"]
    assert queries.successors(grid.code) == ["150203021015001"]
    assert [p.user for p in queries.staff_of("150203021")] == [worker]
    open_paths = Grant.objects.in_force(date(2099, 1, 1)).order_by("path").values_list("role", "path")
    assert list(open_paths) == [
        ("street_leader", "150203001"),
        ("street_leader", "150203021"),
        ("grid_worker", "150203021015001"),
    ]


@pytest.mark.django_db
def test_an_older_release_does_not_undo_a_later_change(divisions: None) -> None:
    rename_division(code="150203001", name="少先街道", on=LATER, reason="民政厅批复")
    load(release=Release(START, dict(NAMES)))
    assert queries.name_of("150203001") == "少先街道"


def test_two_of_the_same_name_are_not_paired() -> None:
    missing = {"150203001001": "团结社区", "150203001002": "团结社区"}
    assert pair(missing, {"150203001009": "团结社区"}) == {}


@pytest.mark.django_db
def test_a_folder_of_csv_is_read_whatever_its_encoding(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("code,name\n15,内蒙古自治区\n", encoding="utf-8-sig")
    (tmp_path / "b.csv").write_text("code,name,parent\n1502,包头市,15\n", encoding="gb18030")
    assert from_folder(tmp_path, LATER).names == {"15": "内蒙古自治区", "1502": "包头市"}


def test_bad_rows_of_a_folder_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "code,name\n15,内蒙古自治区\n150,坏\n1602,\n15,别名\n1702,没有上级\n", encoding="utf-8"
    )
    with pytest.raises(ValidationError) as caught:
        from_folder(tmp_path, LATER)
    assert caught.value.messages == [
        "a.csv 第3行：代码不是2、4、6、9或12位数字：'150'",
        "a.csv 第4行：名称为空或超过60字",
        "a.csv 第5行：代码 15 重复，名称不同",
        "1702 没有上级：没有上级 17",
    ]


def test_an_unknown_code_within_is_refused() -> None:
    with pytest.raises(ValidationError, match="999999"):
        shipped("999999")


# A22: what the articles say, beside the codes of 2023-06-30. The differences are real: towns and parks that the
# articles count or leave out, and communities merged or set up since.
def test_counts_of_the_articles_against_the_codes() -> None:
    names = shipped().names

    def below(path: str, length: int) -> list[str]:
        return [c for c in names if c.startswith(path) and len(c) == length]

    # Kundulun: 15 streets and towns [000]; the codes add the works area 包钢厂区 (150203400).
    streets = below("150203", 9)
    assert (len(streets), len([c for c in streets if int(c[6:]) < 400])) == (16, 15)
    # 78 communities [000]; the codes have residents' committees 001–199 and villages 200–399.
    communities = below("150203", 12)
    kinds = [int(c[9:]) for c in communities]
    assert (len(kinds), sum(k < 200 for k in kinds), sum(200 <= k < 400 for k in kinds)) == (112, 86, 24)
    # Gulou: 13 streets, 120 communities [002]; the codes have three villages more.
    gulou = [int(c[9:]) for c in below("320106", 12)]
    assert (len(below("320106", 9)), sum(k < 200 for k in gulou), sum(k >= 200 for k in gulou)) == (13, 120, 3)
    # Dongsheng: 12 streets [003]; the codes add three towns and a development zone. 77 communities.
    dongsheng = below("150602", 9)
    assert (len(dongsheng), sum(int(c[6:]) < 100 for c in dongsheng)) == (16, 12)
    # Beijing: 333 streets and towns [004]. Inner Mongolia: 103 banners and counties, 12,481 communities [001].
    assert (len(below("11", 9)), len(below("15", 6)), len(below("15", 12))) == (349, 108, 14_592)


@pytest.mark.parametrize("kind", ChangeKind.values)
def test_every_kind_of_change_has_a_label(kind: str) -> None:
    assert ChangeKind(kind).label
