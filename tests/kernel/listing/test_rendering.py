"""The page of a list: filters, order, paging, print, saved views, bulk actions."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.http import HttpRequest
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.kernel.listing.conftest import Ask, UserList, make_users

from wangge.kernel.access.models import User
from wangge.kernel.audit.models import AuditEntry
from wangge.kernel.listing.filters import Choice
from wangge.kernel.listing.models import SavedView

pytestmark = pytest.mark.django_db


def shown(response: Any) -> list[str]:
    return re.findall(r'href="/users/\d+/">(.*?)<', response.content.decode())


def total(response: Any) -> str:
    found = re.search(r"data-total>([\d,]+)<", response.content.decode())
    assert found is not None
    return found[1]


def link(response: Any, text: str) -> str:
    """The address of the pager's link with this text."""
    for url, inside in re.findall(
        r'<a class="btn" href="(\?[^"]*)"[^>]*>(.*?)</a>', response.content.decode(), re.DOTALL
    ):
        if text in inside:
            return url.replace("&amp;", "&")
    return ""


def test_shows_rows_in_the_default_order_with_the_total(ask: Ask) -> None:
    make_users(5)
    response = ask()
    assert (shown(response), total(response)) == (["user1", "user2", "user3"], "5")


def test_next_and_previous_lead_through_the_pages(ask: Ask) -> None:
    make_users(5)
    second = ask(link(ask(), "下一页"))
    assert shown(second) == ["user4", "user5"]
    assert shown(ask(link(second, "上一页"))) == ["user1", "user2", "user3"]


def test_the_last_page_holds_the_remainder(ask: Ask) -> None:
    make_users(7)
    assert shown(ask(link(ask(), "末页"))) == ["user7"]


def test_the_last_page_has_no_next(ask: Ask) -> None:
    make_users(5)
    last = ask(link(ask(), "末页"))
    assert (link(last, "下一页"), link(last, "末页")) == ("", "")


def test_paging_keeps_filters_and_order(ask: Ask) -> None:
    make_users(8)
    url = link(ask("?q=网格员&sort=-name"), "下一页")
    assert shown(ask(url)) == ["user5", "user4", "user3"]


def test_a_filter_narrows_rows_and_total(ask: Ask) -> None:
    make_users(4)
    response = ask("?q=网格员3")
    assert (shown(response), total(response)) == (["user3"], "1")


def test_an_active_filter_shows_as_a_chip_with_the_address_without_it(ask: Ask) -> None:
    make_users(2)
    body = ask("?q=网格员&active=True").content.decode()
    assert re.findall(r'class="wg-chip" href="([^"]*)"', body) == ["?active=True", "?q=%E7%BD%91%E6%A0%BC%E5%91%98"]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("?active=maybe", "“状态”没有“maybe”这个选项。"),
        ("?created_from=2024-13-01", "“建立日期”的日期“2024-13-01”不对"),
        ("?created_from=2024-05-02&created_to=2024-05-01", "起始日期晚于结束日期"),
        ("?created_from=0001-01-01", "年份应在 1900 到 2200 之间"),
        ("?ended=7", "“已停用”只能勾选或不勾选。"),
        ("?q=" + "长" * 201, "“搜索”最多 200 个字。"),
        ("?q=a%00b", "“搜索”里有不能识别的字符。"),
        ("?sort=secret", "不能按“secret”排序。"),
    ],
)
def test_an_unreadable_value_gives_a_message_and_no_misleading_rows(ask: Ask, query: str, said: str) -> None:
    make_users(2)
    response = ask(query)
    assert (said in response.content.decode(), shown(response), total(response)) == (True, [], "0")


def test_a_date_range_includes_both_days_of_shanghai(ask: Ask) -> None:
    make_users(1)
    today = timezone.localdate().isoformat()
    assert total(ask(f"?created_from={today}&created_to={today}")) == "1"


def test_a_flag_filters(ask: Ask) -> None:
    make_users(2)
    User.objects.filter(username="user2").update(ended_at=timezone.now())
    assert shown(ask("?ended=1")) == ["user2"]


@pytest.mark.parametrize("place", ["after=x", "after=WyJ4Iiwic29tZSJd", "before=W251bGwsbnVsbF0", "after=WzEsMSwxXQ"])
def test_a_broken_place_shows_the_first_page(ask: Ask, place: str) -> None:
    make_users(4)
    assert shown(ask(f"?sort=ended&{place}")) == ["user1", "user2", "user3"]


def test_an_empty_list_says_so(ask: Ask) -> None:
    assert "还没有账号" in ask().content.decode()


def test_a_list_empty_by_its_filters_offers_to_clear_them(ask: Ask) -> None:
    make_users(1)
    assert "清除全部筛选" in ask("?q=没有").content.decode()


def test_markup_in_a_value_is_escaped(ask: Ask) -> None:
    User.objects.create(username="x", display_name="<script>alert(1)</script>")
    assert "<script>alert" not in ask().content.decode()


def test_a_cell_says_its_column_for_a_narrow_screen(ask: Ask) -> None:
    make_users(1)
    labels = re.findall(r'<td class="[^"]*" data-label="([^"]*)">', ask().content.decode())
    assert labels == [column.label for column in UserList.columns if column.screen]


def test_further_filters_fold_behind_the_first(ask: Ask) -> None:
    page = ask().content.decode()
    before, later = page.split('<div class="wg-later" id="later-filters">')
    first, second = (f'name="{one.parameters[0]}"' for one in UserList.filters[:2])
    assert (first in before, second in before, second in later) == (True, False, True)
    assert later.count("data-more-filters") == 1


def test_htmx_gets_the_part_alone_and_a_clean_address(ask: Ask) -> None:
    make_users(1)
    response = ask("?q=&active=True", **{"HX-Request": "true", "HX-Target": "listing"})
    assert ("<html" in response.content.decode(), response["HX-Push-Url"]) == (False, "/users/?active=True")


def test_print_shows_all_rows_and_says_how_many(ask: Ask) -> None:
    make_users(5)
    body = ask("?print=1").content.decode()
    assert (len(shown(ask("?print=1"))), "第 1–5 条，共 5 条" in body) == (5, True)


@pytest.mark.parametrize("count", [1, 3])
def test_a_page_takes_the_same_queries_whatever_its_rows(ask: Ask, count: int) -> None:
    make_users(count)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        ask()
    # rows, the user's grants (a request has them already), the user's saved views
    assert len(queries) == 3


def test_a_view_is_saved_under_a_name(ask: Ask, staff: User) -> None:
    ask("?q=网格员&sort=-name&after=xyz", post={"_action": "save_view", "name": "常看"})
    view = SavedView.objects.get(user=staff)
    assert (view.name, view.query) == ("常看", "q=%E7%BD%91%E6%A0%BC%E5%91%98&sort=-name")


def test_saving_under_the_same_name_replaces(ask: Ask, staff: User) -> None:
    ask("?q=一", post={"_action": "save_view", "name": "常看"})
    ask("?q=二", post={"_action": "save_view", "name": "常看"})
    assert [view.query for view in SavedView.objects.filter(user=staff)] == ["q=%E4%BA%8C"]


def test_a_view_without_a_name_is_refused(ask: Ask) -> None:
    response = ask("?q=一", post={"_action": "save_view", "name": " "})
    assert (SavedView.objects.count(), response.said) == (0, ["名称应有 1 到 40 个字。"])  # type: ignore[attr-defined]


def test_nobody_sees_or_deletes_anothers_view(ask: Ask) -> None:
    other = make_users(1)[0]
    view = SavedView.objects.create(user=other, listing=UserList.code(), name="别人的", query="q=1")
    ask(post={"_action": "delete_view", "view": str(view.pk)})
    assert ("别人的" in ask().content.decode(), SavedView.objects.count()) == (False, 1)


def test_a_phone_in_a_saved_view_is_masked_in_the_record(ask: Ask) -> None:
    ask("?q=13800000000", post={"_action": "save_view", "name": "电话"})
    assert AuditEntry.objects.get(action="listing.savedview.save").changes == {"query": [None, "q=138****0000"]}


def test_a_bulk_action_reports_row_by_row(ask: Ask) -> None:
    one, two = make_users(2)
    body = ask(post={"_action": "bulk:end", "pk": [str(one.pk), str(two.pk)]}).content.decode()
    assert ("还有未办结的事项" in body, "<strong>1</strong>" in body) == (True, True)
    assert list(User.objects.filter(is_active=False)) == [one]


def test_a_bulk_action_reaches_no_row_outside_the_list(ask: Ask, staff: User) -> None:
    body = ask(post={"_action": "bulk:end", "pk": [str(staff.pk)]}).content.decode()
    staff.refresh_from_db()
    assert ("不存在，或者不在您的范围内" in body, staff.is_active) == (True, True)


def test_a_broken_row_stops_neither_the_others_nor_the_page(ask: Ask) -> None:
    users = make_users(9)
    body = ask(post={"_action": "bulk:end", "pk": [str(users[8].pk), "nonsense", str(users[0].pk)]}).content.decode()
    assert ("系统出错" in body, "编号无法识别" in body) == (True, True)
    assert list(User.objects.filter(is_active=False)) == [users[0]]


def test_a_bulk_action_without_its_reason_does_nothing(ask: Ask) -> None:
    one = make_users(1)[0]
    response = ask(post={"_action": "bulk:end_why", "pk": [str(one.pk)]})
    one.refresh_from_db()
    assert (response.said[0][:6], one.is_active) == ("“停用并说明", True)  # type: ignore[attr-defined]


def test_a_bulk_action_hands_its_reason_on(ask: Ask) -> None:
    one = make_users(1)[0]
    ask(post={"_action": "bulk:end_why", "pk": [str(one.pk)], "reason-end_why": "已离职"})
    one.refresh_from_db()
    assert (one.is_active, one.display_name) == (False, "已离职")


def test_choices_that_are_a_function_are_asked_once(ask: Ask) -> None:
    asked = []

    def choices(request: HttpRequest) -> list[tuple[str, str]]:
        asked.append(request)
        return [("True", "启用")]

    class Asking(UserList):
        filters = (Choice("active", "状态", field="is_active", choices=choices),)

    ask("?active=True", listing=Asking)
    assert len(asked) == 1


def test_a_bulk_action_without_rows_says_so(ask: Ask) -> None:
    assert ask(post={"_action": "bulk:end"}).said == ["请先勾选要处理的行。"]  # type: ignore[attr-defined]


def test_an_unknown_action_is_a_bad_request(ask: Ask) -> None:
    assert ask(post={"_action": "bulk:erase"}).status_code == 400


class Guarded(UserList):
    export_permission = "users.export"
    bulk = (UserList.bulk[0].__class__("end", "停用", UserList.bulk[0].handler, permission="users.end"),)


def test_a_bulk_action_without_the_permission_does_nothing(ask: Ask) -> None:
    one = make_users(1)[0]
    response = ask(post={"_action": "bulk:end", "pk": [str(one.pk)]}, listing=Guarded)
    one.refresh_from_db()
    assert (response.status_code, one.is_active) == (400, True)


def test_export_is_offered_only_with_the_permission(ask: Ask) -> None:
    make_users(1)
    assert "export=xlsx" not in ask(listing=Guarded).content.decode()


def test_lists_with_other_parameters_have_other_views(ask: Ask, staff: User) -> None:
    ask(post={"_action": "save_view", "name": "甲"}, listing=UserList(office=1))
    assert "甲" not in ask(listing=UserList(office=2)).content.decode()


def test_the_count_may_come_from_elsewhere(ask: Ask) -> None:
    class Counted(UserList):
        def count(self, rows: Any, applied: Any) -> int:
            return 1234

    make_users(4)
    assert total(ask(listing=Counted)) == "1,234"


def test_rows_are_asked_of_the_user(ask: Ask, staff: User) -> None:
    class Mine(UserList):
        def rows(self, request: HttpRequest) -> Any:
            return User.objects.filter(pk=request.user.pk)

    make_users(3)
    assert shown(ask(listing=Mine)) == ["外人"]
