"""The pages of the morning page: who reads which, what each number leads to, how it is printed."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.cases.conftest import COMMUNITY, DISTRICT, OTHER_STREET, STREET, World
from tests.cases.web.signing import signed_in
from tests.cockpit.conftest import town  # noqa: F401 - the fixture

from wangge.cases.models import Case
from wangge.cockpit import actions, policy
from wangge.cockpit.models import Brief, BriefRules, BriefSubscription
from wangge.cockpit.units import Unit


def made(town: World) -> dict[str, Brief]:  # noqa: F811
    """Yesterday's three cases in their pages."""
    for _ in range(3):
        town.dispatched()
    start = timezone.make_aware(datetime.combine(timezone.localdate() - timedelta(days=1), time(10)))
    Case.objects.update(created_at=start, dispatched_at=start)
    actions.make(for_on=timezone.localdate())
    return {b.path: b for b in Brief.objects.filter(office=None)}


READS = {
    "区委老刘": {DISTRICT, STREET, OTHER_STREET, COMMUNITY},
    "街道书记": {STREET, COMMUNITY},
    "外街书记": {OTHER_STREET},
    "社区书记": {COMMUNITY},
    "街道老王": set(),
    "社区小陈": set(),
    "审计小吴": set(),
    "外人": set(),
}


@pytest.mark.parametrize(("who", "paths"), READS.items())
def test_leaders_read_their_place_and_what_is_below(town: World, who: str, paths: set[str]) -> None:  # noqa: F811
    briefs = made(town)
    client, user = signed_in(town, who), town[who]
    for path, brief in briefs.items():
        assert policy.may_read(user, brief) is (path in paths)
        assert policy.rows(user).filter(pk=brief.pk).exists() is (path in paths)
        for name in ("brief_detail", "brief_print", "brief_sheet"):
            expected = 200 if path in paths else 404 if paths else 403
            assert client.get(reverse(name, args=[brief.pk])).status_code == expected, (path, name)


def test_a_department_reads_its_own_page_alone(town: World) -> None:  # noqa: F811
    made(town)
    assert [b.office_id for b in policy.rows(town["住建局长"])] == [town.offices["housing"].pk]


def test_today_leads_to_the_newest_own_page(town: World) -> None:  # noqa: F811
    client = signed_in(town, "街道书记")
    assert "还没有每日民情" in client.get(reverse("brief_today")).content.decode()
    briefs = made(town)
    assert client.get(reverse("brief_today")).url == reverse("brief_detail", args=[briefs[STREET].pk])


def test_every_number_leads_to_as_many_rows(town: World) -> None:  # noqa: F811
    """Numerator or denominator: whatever the page says it counted, its list holds."""
    brief = made(town)[STREET]
    client = signed_in(town, "街道书记")
    from wangge.cockpit.showing import context

    for one in context(brief)["figures"]:
        response = client.get(one["url"])
        assert response.status_code == 200, one
        counted = one["of"] if one["of"] is not None else one["value"]
        assert response.context["total"] == (counted or 0), one["label"]


def test_danger_leads_to_its_rows(town: World) -> None:  # noqa: F811
    town.file(urgency="emergency")
    brief = made(town)[STREET]
    danger = brief.content["danger"]
    assert (danger["filed"], danger["open"]) == (1, 1)
    client = signed_in(town, "街道书记")
    from wangge.cockpit.tracing import address

    for kept in (danger["trace"], danger["open_trace"], brief.content["late"]["trace"]):
        assert client.get(address(kept)).status_code == 200
    assert client.get(address(danger["open_trace"])).context["total"] == 1


@pytest.mark.parametrize(
    "address",
    [
        "cases.nothing/2026-01-01/2026-01-01/150203001/0/-/",
        "cases.filed/2026-01-02/2026-01-01/150203001/0/-/",
        "cases.filed/2026-01-01/2026-13-01/150203001/0/-/",
        "cases.filed/2026-01-01/2026-01-01/昆区/0/-/",
        "cases.filed/2016-01-01/2026-01-01/150203001/0/-/",
        "cases.filed/2026-01-01/2026-01-01/150203001/99999999999999999999/-/",
        "cases.filed/2026-01-01/2026-01-01/150203001/!/-/",
        "cases.filed/2026-01-01/2026-01-01/150203001/街道/-/",
    ],
)
def test_a_made_up_address_leads_nowhere(town: World, address: str) -> None:  # noqa: F811
    assert signed_in(town, "街道书记").get(f"/desk/cockpit/rows/{address}").status_code == 404


def test_behind_a_number_stand_only_rows_the_user_may_see(town: World) -> None:  # noqa: F811
    made(town)
    day = (timezone.localdate() - timedelta(days=1)).isoformat()
    address = reverse("brief_rows", args=["cases.filed", day, day, STREET, 0, "-"])
    assert signed_in(town, "区委老刘").get(address).context["total"] == 3
    assert signed_in(town, "外街书记").get(address).context["total"] == 0


def test_the_archive_costs_the_same_for_one_row_and_for_three(town: World) -> None:  # noqa: F811
    client = signed_in(town, "区委老刘")
    costs = []
    for back in (2, 1, 0):
        actions.make(units=[Unit(STREET)], for_on=timezone.localdate() - timedelta(days=back))
        client.get(reverse("brief_list"))
        with CaptureQueriesContext(connection) as queries:
            response = client.get(reverse("brief_list"))
        costs.append(len(queries))
    assert response.context["total"] == 3
    assert len(set(costs)) == 1


def test_the_archive_is_filtered_and_exported(town: World) -> None:  # noqa: F811
    made(town)
    client = signed_in(town, "区委老刘")
    totals = {
        query: client.get(f"{reverse('brief_list')}?{query}").context["total"]
        for query in ("level=4", "level=office", "q=少先路", "q=住建", "day_from=2000-01-01&day_to=2000-01-02")
    }
    assert totals == {
        "level=4": 2, "level=office": 1, "q=少先路": 1, "q=住建": 1, "day_from=2000-01-01&day_to=2000-01-02": 0,
    }  # fmt: skip
    assert client.get(f"{reverse('brief_list')}?export=xlsx").status_code == 200


def test_the_sheet_is_one_page_and_always_the_same(town: World) -> None:  # noqa: F811
    brief = made(town)[DISTRICT]
    client = signed_in(town, "区委老刘")
    first, second = (client.get(reverse("brief_sheet", args=[brief.pk])).content for _ in range(2))
    assert first[:5] == b"%PDF-"
    assert first.count(b"/Type /Page\n") + first.count(b"/Type /Page ") == 1
    assert first == second


def test_a_leader_subscribes_and_leaves(town: World) -> None:  # noqa: F811
    client = signed_in(town, "街道书记")
    page = reverse("brief_subscriptions")
    assert client.post(page, {"unit": f"{STREET}-0", "email": "x"}).status_code == 422
    assert client.post(page, {"unit": f"{DISTRICT}-0", "email": "a@example.cn"}).status_code == 422
    assert client.post(page, {"unit": f"{STREET}-0", "email": "a@example.cn"}).status_code == 302
    one = BriefSubscription.objects.get()
    assert "a@example.cn" in client.get(page).content.decode()
    assert signed_in(town, "外街书记").post(reverse("brief_unsubscribe", args=[one.pk])).status_code == 404
    assert client.post(reverse("brief_unsubscribe", args=[one.pk])).status_code == 302
    assert not BriefSubscription.objects.filter(ended_at=None).exists()


def given(**changes: Any) -> dict[str, Any]:
    values = {
        "path": "",
        "valid_from": timezone.localdate(),
        "make_at": "06:30",
        "enabled": "on",
        "reason": "办公会纪要",
    }
    return values | changes


def test_the_hour_is_set_by_the_system_administrator(town: World) -> None:  # noqa: F811
    client = signed_in(town, "系统小马")
    add = reverse("brief_rules_add")
    assert client.post(add, given(path=STREET)).status_code == 302
    assert client.post(add, given(path=STREET)).status_code == 422
    assert client.post(add, given(make_at="25:00")).status_code == 422
    assert client.post(add, given(path="150203999")).status_code == 422
    rules = BriefRules.objects.get()
    assert (rules.make_at, rules.rest_days) == (time(6, 30), False)
    assert "少先路街道" in client.get(reverse("brief_rules")).content.decode()
    end = reverse("brief_rules_end", args=[rules.pk])
    client.post(end, {"on": timezone.localdate(), "reason": "改回默认"})
    rules.refresh_from_db()
    assert rules.valid_to == timezone.localdate()
    assert signed_in(town, "区委老刘").get(add).status_code == 403


def test_sending_again_says_how_many(town: World) -> None:  # noqa: F811
    brief = made(town)[STREET]
    client = signed_in(town, "街道书记")
    actions.subscribe(unit=Unit(STREET), email="a@example.cn", by=town["街道书记"])
    response = client.post(reverse("brief_send", args=[brief.pk]), follow=True)
    assert "正在投送 1 封" in response.content.decode()
