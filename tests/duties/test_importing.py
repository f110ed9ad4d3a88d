"""Tables in and out: good rows, broken rows, foreign trees, the shipped data."""

from __future__ import annotations

import io
from collections import Counter
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from django.utils import timezone
from tests.duties.conftest import COMMUNITY, DISTRICT, STREET

from wangge.duties import actions, exporting
from wangge.duties.errors import DutiesError
from wangge.duties.importing import defaults
from wangge.duties.importing.duties import import_duties
from wangge.duties.importing.kinds import import_tree
from wangge.duties.importing.lists import import_items, import_limits, parse_limit
from wangge.duties.models import Catalogue, Duty, DutyItem, DutyList, Kind, LimitClass
from wangge.duties.queries import current_catalogue
from wangge.duties.resolution import resolve

TREE = Path("../shared/data/messages/category_tree.xlsx")
DAY = date(2026, 1, 1)
GOOD = "编码,名称,常用说法,诉求类型,紧急\n07,环境,,,\n0701,噪声,广场舞 施工噪音,投诉 举报,否\n"


def rows(content: bytes) -> list[tuple[object, ...]]:
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    return [tuple(row) for row in sheet.iter_rows(values_only=True)]


@pytest.fixture
def draft(db) -> Catalogue:
    return actions.new_catalogue(version="d1", name="导入目录", by=None)


# -- kinds --


def test_kinds_are_added_under_their_parents(draft) -> None:
    outcome = import_tree(content=GOOD.encode(), catalogue=draft, by=None)
    noise = draft.kinds.get(code="0701")
    assert (outcome.added, noise.parent.code, noise.is_leaf, noise.parent.is_leaf) == (2, "07", True, False)
    assert (noise.keywords, noise.demand_types) == (["广场舞", "施工噪音"], ["complaint", "report"])


def test_a_gbk_file_works(draft) -> None:
    assert import_tree(content=GOOD.encode("gb18030"), catalogue=draft, by=None).added == 2
    assert draft.kinds.get(code="0701").name == "噪声"


def test_the_same_file_again_changes_nothing(draft) -> None:
    import_tree(content=GOOD.encode(), catalogue=draft, by=None)
    outcome = import_tree(content=GOOD.encode(), catalogue=draft, by=None)
    assert (outcome.added, outcome.changed, outcome.unchanged) == (0, 0, 2)


def test_a_changed_row_changes_only_what_the_file_has(draft) -> None:
    import_tree(content=GOOD.encode(), catalogue=draft, by=None)
    outcome = import_tree(content="编码,名称\n0701,噪声扰民\n".encode(), catalogue=draft, by=None)
    noise = draft.kinds.get(code="0701")
    assert (outcome.changed, noise.name, noise.keywords) == (1, "噪声扰民", ["广场舞", "施工噪音"])


BAD = GOOD + "0702,大气,,投诉,也许\n07x,错码,,,\n0701,重复,,,\n0801,孤儿,,,\n080101,孤孙,,,\n0703,,,,\n0704,水,,诉苦,\n"


def test_every_broken_row_is_told_with_column_and_rule(draft) -> None:
    outcome = import_tree(content=BAD.encode(), catalogue=draft, by=None)
    assert [str(p) for p in outcome.problems] == [
        "第4行“紧急”：“也许”应为“是”或“否”。",
        "第5行“编码”：编码“07x”应为2、4、6或8位数字，每两位一级。",
        "第6行“编码”：编码0701与第3行重复。",
        "第7行“编码”：没有上级类别08。",
        "第8行“编码”：没有上级类别0801。",
        "第9行“名称”：不能为空。",
        "第10行“诉求类型”：没有“诉苦”这一项。",
    ]


def test_nothing_is_stored_when_a_row_is_wrong(draft) -> None:
    outcome = import_tree(content=BAD.encode(), catalogue=draft, by=None)
    assert (outcome.kept, draft.kinds.count()) == (False, 0)


def test_keep_good_stores_the_good_and_gives_the_others_back(draft) -> None:
    outcome = import_tree(content=BAD.encode(), catalogue=draft, by=None, keep_good=True)
    assert sorted(draft.kinds.values_list("code", flat=True)) == ["07", "0701"]
    back = rows(outcome.workbook())
    assert back[0][2] == "未导入原因"
    assert len(back) == 8


def test_a_published_catalogue_takes_no_import(tree) -> None:
    with pytest.raises(DutiesError, match="草稿"):
        import_tree(content=GOOD.encode(), catalogue=tree.catalogue, by=None)


def test_a_file_without_its_columns_says_which(draft) -> None:
    with pytest.raises(DutiesError, match="缺少列：编码"):
        import_tree(content="名称\n噪声\n".encode(), catalogue=draft, by=None)


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n\x00\x00", b"PK\x03\x04broken"])
def test_what_is_no_table_is_refused(draft, content) -> None:
    with pytest.raises(DutiesError):
        import_tree(content=content, catalogue=draft, by=None)


NAMES = "一级分类,二级分类,三级分类\n环境,噪声,施工\n环境,噪声,生活\n环境,大气,\n交通,公交,线路\n环境,噪声,施工\n"


def test_a_tree_of_names_gets_codes_in_order(draft) -> None:
    outcome = import_tree(content=NAMES.encode(), catalogue=draft, by=None, keep_good=True)
    assert list(draft.kinds.order_by("code").values_list("code", "name")) == [
        ("01", "环境"), ("0101", "噪声"), ("010101", "施工"), ("010102", "生活"), ("0102", "大气"), ("02", "交通"),
        ("0201", "公交"), ("020101", "线路"),
    ]  # fmt: skip
    assert [p.rule for p in outcome.problems] == ["与第2行重复。"]


def test_codes_of_names_stay_from_version_to_version(draft) -> None:
    import_tree(content=NAMES.encode(), catalogue=draft, by=None, keep_good=True)
    later = actions.new_catalogue(version="d2", name=draft.name, by=None)
    import_tree(content="一级分类,二级分类\n交通,地铁\n交通,公交\n".encode(), catalogue=later, by=None)
    assert dict(later.kinds.values_list("name", "code")) == {"交通": "02", "地铁": "0202", "公交": "0201"}


@pytest.mark.skipif(not TREE.exists(), reason="../shared/data/messages/category_tree.xlsx is absent")
def test_the_three_level_tree_of_a_provincial_board(draft) -> None:
    outcome = import_tree(content=TREE.read_bytes(), catalogue=draft, by=None, keep_good=True)
    levels = Counter(draft.kinds.values_list("level", flat=True))
    names = {level: draft.kinds.filter(level=level).values("name").distinct().count() for level in (1, 2, 3)}
    assert (outcome.rows, outcome.problems, levels[1], levels[3]) == (517, [], 15, 517)
    assert (names[1], names[3]) == (15, 390)


def test_an_exported_tree_reads_back_the_same(tree) -> None:
    again = actions.new_catalogue(version="again", name="另一目录", by=None)
    import_tree(content=exporting.export_tree(tree.catalogue), catalogue=again, by=None)
    assert list(again.kinds.values_list("code", "name", "keywords")) == list(
        tree.catalogue.kinds.values_list("code", "name", "keywords")
    )


def test_an_export_holds_no_formula(tree) -> None:
    tree.cold.name = "=HYPERLINK(1)"
    tree.cold.save()
    sheet = openpyxl.load_workbook(io.BytesIO(exporting.export_tree(tree.catalogue))).active
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value} == {"s"}


# -- duties --

DUTIES = "类别编码,适用范围,主办,协办,时限等级,清单编码,条目号,社区清单编码,社区条目号\n"


@pytest.fixture
def office_kinds(db) -> None:
    from wangge.organization.kinds import load

    load()


def test_duties_are_added_by_codes_labels_and_office_names(offices, tree, lists, limits, office_kinds) -> None:
    text = DUTIES + (
        "010101,,街道办事处（乡镇人民政府）|street.urban_management,区民政局、昆区住建局,day,street,3.01,lawful,12\n"
        f"030101,{DISTRICT},热力公司,,general,,,,\n"
    )
    outcome = import_duties(content=text.encode(), catalogue=tree.catalogue, on=DAY, by=None)
    assert (outcome.problems, outcome.added) == ([], 2)
    litter = Duty.objects.get(kind_code="010101")
    assert (litter.lead_kind, litter.assist_kinds, litter.community_may_handle) == (
        "street|street.urban_management", ["district.civil_affairs"], True,
    )  # fmt: skip
    assert list(litter.assist_offices.all()) == [offices.housing]
    assert resolve(tree.cold.pk, COMMUNITY, DAY)[0].lead.id == offices.heating.pk


def test_a_different_row_ends_the_duty_in_force_and_the_same_row_does_nothing(tree, limits, office_kinds, duty) -> None:
    old = duty(tree.cold, "enterprise.heat")
    same = DUTIES + "030101,,enterprise.heat,,general,,,,\n"
    assert import_duties(content=same.encode(), catalogue=tree.catalogue, on=DAY, by=None).unchanged == 1
    other = DUTIES + "030101,,district.housing,,general,,,,\n"
    assert import_duties(content=other.encode(), catalogue=tree.catalogue, on=DAY, by=None).changed == 1
    old.refresh_from_db()
    assert (old.valid_to, Duty.objects.get(valid_to=None).lead_kind) == (DAY, "district.housing")


def test_broken_duty_rows_are_told_and_nothing_is_stored(offices, tree, lists, limits, office_kinds) -> None:
    text = DUTIES + (
        "999999,,street,,day,,,,\n010101,x,street,,day,,,,\n010101,,没有的局,,day,,,,\n010101,,street,,没有,,,,\n"
        "010101,,street,,day,street,9.99,,\n010101,,street,,day,,,street,3.01\n010101,,,,day,,,,\n"
    )
    outcome = import_duties(content=text.encode(), catalogue=tree.catalogue, on=DAY, by=None)
    assert [(p.row, p.column) for p in outcome.problems] == [
        (2, "类别编码"), (3, "适用范围"), (4, "主办"), (5, "时限等级"), (6, "条目号"), (7, "社区条目号"), (8, "主办"),
    ]  # fmt: skip
    assert not Duty.objects.exists()


def test_a_street_manager_imports_only_the_street(tree, limits, office_kinds, settings) -> None:
    from tests.duties.test_actions import user_with

    settings.HOME_DIVISION = DISTRICT
    manager = user_with("duties_manager", STREET)
    text = DUTIES + f"010101,,street,,day,,,,\n010101,{STREET},street,,day,,,,\n"
    outcome = import_duties(content=text.encode(), catalogue=tree.catalogue, on=DAY, by=manager, keep_good=True)
    assert [p.row for p in outcome.problems] == [2]
    assert list(Duty.objects.values_list("path", flat=True)) == [STREET]


def test_exported_duties_read_back_unchanged(offices, tree, lists, office_kinds, duty) -> None:
    duty(tree.litter, "street.urban_management|street.planning", item=lists.street, assist_kinds=["district.housing"])
    content = exporting.export_duties(DAY)
    outcome = import_duties(content=content, catalogue=tree.catalogue, on=DAY, by=None)
    assert (outcome.problems, outcome.unchanged) == ([], 1)


# -- items and limits --


def test_items_are_added_and_changed_by_number(lists) -> None:
    text = "清单编码,条目号,板块,内容\nstreet,3.01,城市管理,环境卫生责任区\nstreet,3.02,城市管理,垃圾分类\n缺,1,,x\n"
    outcome = import_items(content=text.encode(), by=None, keep_good=True)
    lists.street.refresh_from_db()
    assert (outcome.added, outcome.changed, len(outcome.rejected), lists.street.title) == (1, 1, 1, "环境卫生责任区")


@pytest.mark.parametrize("text", ["5", "0 day", "五 工作日", "5 星期"])
def test_a_limit_that_is_none_is_refused(text) -> None:
    with pytest.raises(ValueError, match="应为"):
        parse_limit(text)


def test_limits_come_all_or_none(db) -> None:
    head = "编码,名称,签收,首次联系,办结,每次延期\n"
    with pytest.raises(DutiesError, match="第3行"):
        import_limits(content=(head + "a,甲,2 小时,1 工作日,5 工作日,5 工作日\nb,乙,x,x,x,x\n").encode(), by=None)
    assert not LimitClass.objects.exists()


# -- the shipped data --


@pytest.fixture
def loaded(db) -> defaults.Loaded:
    return defaults.load()


def test_the_default_tree_is_whole_and_in_force(loaded) -> None:
    catalogue = current_catalogue()
    assert catalogue is not None
    levels = Counter(catalogue.kinds.values_list("level", flat=True))
    assert (levels[1] >= 15, levels[2] >= 70, levels[3] >= 350) == (True, True, True)
    assert Duty.objects.count() == levels[3]
    assert not catalogue.kinds.filter(source="").exists()


def test_every_leaf_has_words_conditions_types_and_an_item(loaded) -> None:
    leaves = Kind.objects.filter(is_leaf=True)
    assert not leaves.filter(keywords=[]).exists()
    assert not leaves.filter(demand_types=[]).exists()
    assert not leaves.filter(filing_condition="").exists()
    assert not leaves.filter(closing_condition="").exists()
    assert not Duty.objects.filter(item=None).exists()


def test_the_street_list_has_the_six_blocks(loaded) -> None:
    blocks = DutyItem.objects.filter(duty_list__code="street-duty").order_by("sort").values_list("block", flat=True)
    assert list(dict.fromkeys(blocks)) == ["党群工作", "平安建设", "城市管理", "社区建设", "民生保障", "综合保障"]


def test_every_shipped_list_says_it_is_a_default(loaded) -> None:
    assert all("默认示例" in row.source for row in DutyList.objects.all())


def test_loading_again_adds_nothing_and_keeps_what_was_changed(loaded) -> None:
    duty = Duty.objects.get(kind_code="060101")
    changed = actions.change_duty(duty=duty, on=timezone.localdate(), by=None, lead_kind="district.housing")
    again = defaults.load()
    assert (again.duties, again.items) == (0, 0)
    assert Duty.objects.get(kind_code="060101", valid_to=None).pk == changed.pk


def test_a_district_with_its_own_catalogue_keeps_it(tree) -> None:
    assert not defaults.load().published
    assert current_catalogue() == tree.catalogue
