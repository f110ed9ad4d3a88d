"""Offices and staff from Excel and CSV."""

from __future__ import annotations

import io

import openpyxl
import pytest
from tests.organization.conftest import COMMUNITY, LONG_AGO, OTHER_STREET, STREET

from wangge.kernel.access.models import User
from wangge.kernel.audit.models import AuditEntry
from wangge.kernel.tables.outcomes import sample
from wangge.kernel.tables.reading import read
from wangge.organization import actions
from wangge.organization.errors import OrganizationError
from wangge.organization.imports import OFFICE_COLUMNS, STAFF_COLUMNS, import_offices, import_staff
from wangge.organization.models import Office, Post, Staff

HEADER = "姓名,机构,账号,工号,岗位,人员类别,手机,角色,入职日期\n"
WANG = "街道老王,少先路街道社会治理综合指挥中心,wang,G001,派单员,行政编制,13800000000,街道指挥中心派单员,2021-03-01\n"
LI = "网格员小李,少先十二号街坊社区居民委员会,li,G002,,专职网格员,13800000001,网格员、社区工作者,2022/5/6\n"


@pytest.fixture
def offices(district):
    actions.establish(path=STREET, template="gulou_street", by=None, on=LONG_AGO)
    actions.establish(path=COMMUNITY, template="community", by=None, on=LONG_AGO)


def staff(text: str, today, *, by=None, keep_good=False, encoding="utf-8"):
    return import_staff(content=(HEADER + text).encode(encoding), by=by, on=today, keep_good=keep_good)


def test_staff_come_from_a_table(offices, today):
    outcome = staff(WANG + LI, today)
    assert (outcome.rows, outcome.added, outcome.problems) == (2, 2, [])
    li = Staff.objects.get(staff_no="G002")
    assert (li.user.display_name, li.category, li.phone, f"{li.valid_from}") == (
        "网格员小李",
        "grid_full_time",
        "13800000001",
        "2022-05-06",
    )
    assert sorted(li.user.grants.values_list("role", "path")) == [
        ("community_clerk", COMMUNITY),
        ("grid_worker", COMMUNITY),
    ]
    username, name, password = outcome.passwords[1]
    assert (username, name) == ("li", "网格员小李")
    assert User.objects.get(username="li").check_password(password)
    assert AuditEntry.objects.get(action="organization.import.staff").changes == {"rows": 2, "added": 2, "rejected": 0}


def test_a_gbk_file_is_read(offices, today):
    assert staff(WANG, today, encoding="gbk").added == 1


def test_a_workbook_is_read_with_numbers_and_dates_as_text(offices, today):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["姓名", "机构", "工号", "手机", "入职日期"])
    sheet.append(["街道老王", "少先路街道民生保障部", 1001, 13800000000, LONG_AGO])
    file = io.BytesIO()
    book.save(file)
    outcome = import_staff(content=file.getvalue(), by=None, on=today, keep_good=False)
    assert outcome.problems == []
    person = Staff.objects.get()
    assert (person.staff_no, person.phone, person.valid_from, person.user.username) == (
        "1001",
        "13800000000",
        LONG_AGO,
        "1001",
    )


def test_a_second_import_changes_nothing(offices, today):
    staff(WANG + LI, today)
    outcome = staff(WANG + LI, today)
    assert (outcome.added, outcome.unchanged, outcome.problems) == (0, 2, [])
    assert Staff.objects.count() == 2


BAD = (
    ("无名机构小张,没有的机构,zhang,,,,,,\n", "机构", "没有名为“没有的机构”的机构。"),
    (",少先路街道民生保障部,a1,,,,,,\n", "姓名", "不能为空。"),
    ("小赵,少先路街道民生保障部,,,,,,,\n", "账号", "“账号”和“工号”至少填一个。"),
    ("小赵,少先路街道民生保障部,zhao,,,,123,,\n", "手机", "手机号码格式不对。"),
    ("小赵,少先路街道民生保障部,zhao,,,机器人,,,\n", "人员类别", "没有“机器人”这个人员类别。"),
    ("小赵,少先路街道民生保障部,zhao,,,,,皇帝,\n", "角色", "没有“皇帝”这个角色。"),
    (
        "小赵,少先路街道民生保障部,zhao,,,,,,2024-13-40\n",
        "入职日期",
        "日期“2024-13-40”不对，应为 2024-05-01 这样的格式。",
    ),
    ("小赵,少先路街道民生保障部,zhao,,,,,,2999-01-01\n", "入职日期", "生效日期不能晚于今天。"),
    ("小赵,少先路街道民生保障部,wang,,,,,,\n", "账号", "账号“wang”已存在。"),
    ("小赵,少先路街道民生保障部,zhao,G001,,,,,\n", "工号", "工号“G001”已被使用。"),
)


@pytest.mark.parametrize(("line", "column", "rule"), BAD)
def test_an_error_names_row_column_and_rule(offices, today, line, column, rule):
    outcome = staff(WANG + line, today, keep_good=True)
    (problem,) = outcome.problems
    assert (problem.row, problem.column, problem.rule) == (3, column, rule)
    assert str(problem) == f"第3行“{column}”：{rule}"
    assert outcome.added == 1
    assert Staff.objects.count() == 1
    assert User.objects.count() == 1


def test_all_or_nothing_stores_nothing(offices, today):
    posts = Post.objects.count()
    outcome = staff(WANG + "小赵,没有的机构,zhao,,新岗位,,,,\n" + LI, today, keep_good=False)
    assert (outcome.kept, outcome.added, outcome.passwords) == (False, 0, [])
    assert (Staff.objects.count(), User.objects.count(), Post.objects.count()) == (0, 0, posts)


def test_rejected_rows_come_back_as_a_workbook(offices, today):
    line = "=cmd(),没有的机构,zhang,,,,,,\n"
    outcome = staff(WANG + line, today, keep_good=True)
    book = openpyxl.load_workbook(io.BytesIO(outcome.workbook()))
    rejected = list(book["未导入"].values)
    assert rejected[0] == ("原行号", "问题列", "未导入原因", *HEADER.strip().split(","))
    assert rejected[1][:4] == (3, "机构", "没有名为“没有的机构”的机构。", "=cmd()")
    assert book["未导入"]["D2"].data_type == "s"
    assert list(book["新账号"].values)[1][:2] == ("wang", "街道老王")
    again = read(outcome.workbook())
    assert again.rows[0].values["机构"] == "没有的机构"


def test_a_manager_imports_only_into_the_own_area(offices, today, person):
    neighbour = person("邻街管理员", "organization_manager", OTHER_STREET)
    outcome = staff(WANG, today, by=neighbour, keep_good=True)
    assert outcome.problems[0].rule == "没有名为“少先路街道社会治理综合指挥中心”的机构。"
    assert Staff.objects.count() == 0


def test_a_manager_imports_no_reserved_role(offices, today, manager):
    line = "小赵,少先路街道民生保障部,zhao,,,,,安全管理员,\n"
    outcome = staff(line, today, by=manager, keep_good=True)
    assert outcome.problems[0].rule == "角色“安全管理员”须由安全管理员授予。"
    assert User.objects.filter(username="zhao").count() == 0


def test_equal_names_ask_for_the_division(district, today):
    for path in (STREET, OTHER_STREET):
        actions.open_office(name="城管部", kind="street.urban_management", path=path, by=None, on=LONG_AGO)
    content = "姓名,机构,账号,区划代码\n小赵,城管部,zhao,\n".encode()
    outcome = import_staff(content=content, by=None, on=today, keep_good=True)
    assert outcome.problems[0].rule == "有2个名为“城管部”的机构，请填写区划代码。"
    content = f"姓名,机构,账号,区划代码\n小赵,城管部,zhao,{STREET}\n".encode()
    assert import_staff(content=content, by=None, on=today, keep_good=True).added == 1


def test_offices_come_from_a_table(district, today):
    text = (
        "机构名称,机构类别,区划代码,挂牌,上级机构,电话\n"
        f"少先路街道办事处,street,{STREET},,,0472-0000000\n"
        f"少先路城管部,城市管理部,{STREET},市容办、环卫办,少先路街道办事处,\n"
        f"某部,没有的类别,{STREET},,,\n"
        "某部,street,150299999,,,\n"
    )
    outcome = import_offices(content=text.encode("gbk"), by=None, on=today, keep_good=True)
    assert (outcome.added, [str(p) for p in outcome.problems]) == (
        2,
        ["第4行“机构类别”：没有“没有的类别”这个机构类别。", "第5行“区划代码”：没有代码为150299999的区划。"],
    )
    office = Office.objects.get(kind="street.urban_management")
    assert (office.second_names, office.parent.name) == (["市容办", "环卫办"], "少先路街道办事处")
    again = import_offices(content=text.encode("gbk"), by=None, on=today, keep_good=True)
    assert (again.added, again.unchanged) == (0, 2)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "文件是空的"),
        ("姓名,账号\n小赵,zhao\n".encode(), "缺少列：机构"),
        ("姓名,机构\n小赵,某部\n".encode(), "账号”或“工号"),
        ("姓名,姓名,机构\n小赵,,某部\n".encode(), "表头重复：姓名"),
        (b"PK\x03\x04broken", "已损坏"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(db, today, data, message):
    with pytest.raises(OrganizationError, match=message):
        import_staff(content=data, by=None, on=today, keep_good=True)


def test_a_row_with_too_many_cells_is_refused(offices, today):
    (problem,) = staff("小赵,少先路街道民生保障部,zhao,,,,,,,多出来的\n", today).problems
    assert str(problem) == "第2行：该行有10列，表头只有9列。"


def test_unknown_columns_are_named(offices, today):
    content = "姓名,机构,账号,血型\n小赵,少先路街道民生保障部,zhao,A\n".encode()
    assert import_staff(content=content, by=None, on=today, keep_good=True).ignored == ("血型",)


def test_the_sample_files_have_the_headers():
    for columns in (OFFICE_COLUMNS, STAFF_COLUMNS):
        assert read(sample(columns)).columns == tuple(names[0] for names in columns.values())
