"""Every page opens for who may see it, holds the same number of statements for more rows, and shows the figures."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.assessment.conftest import Town
from tests.cases.conftest import DISTRICT
from tests.cases.web.signing import signed_in

from wangge.assessment import actions, defining, packing, policy
from wangge.assessment.flow import AppealFlow, PeriodFlow
from wangge.assessment.models import Appeal, Figure, Period, Score, WorkerSheet
from wangge.cases.models import Case

pytestmark = pytest.mark.usefixtures("told")


def text(response: Any) -> str:
    return response.content.decode()


def freeze(town: Town, period: Period) -> Period:
    PeriodFlow(period, town["指挥小孙"]).begin_close()
    actions.freeze(period_id=period.pk)
    period.refresh_from_db()
    return period


def publish(town: Town, period: Period) -> Period:
    period = freeze(town, period)
    Period.objects.filter(pk=period.pk).update(appeal_until_on=period.month)
    period.refresh_from_db()
    PeriodFlow(period, town["指挥小孙"]).publish()
    period.refresh_from_db()
    return period


def url(name: str, *args: Any, **query: Any) -> str:
    tail = "&".join(f"{key}={value}" for key, value in query.items())
    return f"{reverse(name, args=args)}{'?' + tail if tail else ''}"


def test_the_ranking_opens_on_the_last_settled_month_and_a_group(month: Period, town: Town) -> None:
    client = signed_in(town, "指挥小孙")
    response = client.get(reverse("assessment_ranking"))
    assert response.url == f"{reverse('assessment_ranking')}?period={month.pk}&group=street"
    shown = client.get(response.url)
    assert shown.status_code == 200
    assert "少先路街道办事处" in text(shown)
    assert "沼潭街道办事处" in text(shown)


def test_a_street_sees_itself_only_until_the_month_is_published(month: Period, town: Town) -> None:
    client = signed_in(town, "街道老王")
    page = url("assessment_ranking", period=month.pk, group="street")
    assert "沼潭街道办事处" not in text(client.get(page))
    other = url("assessment_unit", month.pk, town.unit("other_street").pk)
    assert client.get(other).status_code == 404
    publish(town, month)
    assert "沼潭街道办事处" in text(client.get(page))
    assert client.get(other).status_code == 200


def test_a_department_sees_its_own_figures_before_the_publication(month: Period, town: Town) -> None:
    client = signed_in(town, "住建小周")
    assert client.get(url("assessment_unit", month.pk, town.unit("housing").pk)).status_code == 200
    assert client.get(url("assessment_unit", month.pk, town.unit("street").pk)).status_code == 404


@pytest.mark.parametrize("who", ["网格员小李", "外人", "审计小吴"])
def test_strangers_see_nothing(month: Period, town: Town, who: str) -> None:
    client = signed_in(town, who)
    for page in (
        url("assessment_ranking"),
        url("assessment_unit", month.pk, town.unit("street").pk),
        url("assessment_drill", month.pk, town.unit("street").pk, "solution", "numerator"),
        url("assessment_periods"),
        url("assessment_appeals"),
        url("assessment_schemes"),
        url("assessment_packs"),
    ):
        assert client.get(page).status_code == 403, page


def test_a_unit_page_explains_its_score_step_by_step(month: Period, town: Town) -> None:
    unit = town.unit("street")
    page = text(signed_in(town, "街道老王").get(url("assessment_unit", month.pk, unit.pk)))
    score = Score.objects.get(period=month, unit=unit)
    for step in score.steps:
        assert step["words"] in page
    assert str(score.total) in page
    printed = signed_in(town, "街道老王").get(url("assessment_unit_print", month.pk, unit.pk))
    assert score.steps[0]["words"] in text(printed)


def test_every_figure_of_a_page_opens_its_cases(month: Period, town: Town) -> None:
    client = signed_in(town, "指挥小孙")
    unit = town.unit("street")
    for figure in Figure.objects.filter(period=month, unit=unit).select_related("definition"):
        for side, said in (("numerator", figure.numerator), ("denominator", figure.denominator)):
            response = client.get(url("assessment_drill", month.pk, unit.pk, figure.definition.code, side))
            assert response.status_code == 200
            terms = getattr(figure.definition, side)
            counted = response.context["amount"] or response.context["times"]
            assert counted * (Decimal(terms[0][1]) if terms else 1) == (said or 0), figure.definition.code
            assert response.context["total"] == response.context["cases"]


def test_a_drill_shows_only_cases_one_sees(month: Period, town: Town) -> None:
    publish(town, month)
    unit = town.unit("housing")
    response = signed_in(town, "街道老王").get(url("assessment_drill", month.pk, unit.pk, "solution", "denominator"))
    assert response.status_code == 200
    assert response.context["times"] == 2
    assert response.context["total"] == Case.objects.filter(lead_office=unit.office, solved__gt="").count() == 2
    outside = signed_in(town, "外街小孙").get(url("assessment_drill", month.pk, unit.pk, "solution", "denominator"))
    assert outside.context["total"] == 0
    assert "您有权查看 0 件" in text(outside)


def test_the_ranking_asks_as_much_for_three_units_as_for_one(month: Period, town: Town) -> None:
    client = signed_in(town, "指挥小孙")
    page = url("assessment_ranking", period=month.pk, group="street", sort="total")
    client.get(page)

    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert client.get(page).status_code == 200
        return len(seen)

    many = asked()
    Score.objects.filter(unit=town.unit("other_street")).delete()
    assert asked() == many
    assert many <= 25


@pytest.mark.parametrize(
    "name", ["assessment_periods", "assessment_appeals", "assessment_rectifications", "assessment_packs"]
)
def test_lists_open_and_ask_the_same_for_more_rows(month: Period, town: Town, name: str) -> None:
    client = signed_in(town, "指挥小孙")
    client.get(reverse(name))
    with CaptureQueriesContext(connection) as first:
        assert client.get(reverse(name)).status_code == 200
    freeze(town, month)
    for number, case in enumerate(Case.objects.filter(lead_office=town.offices["centre"])[:3]):
        actions.appeal(
            period=month, unit=town.unit("street"), by=town["街道老王"], kind="exclude", reason=f"已列入计划{number}",
            exclusion_class="planned", case=case,
        )  # fmt: skip
    actions.open_period(path="1502", month=month.month)
    with CaptureQueriesContext(connection) as second:
        assert client.get(reverse(name)).status_code == 200
    assert len(second) <= len(first) + 1


def test_the_pages_of_the_parameters_open(month: Period, town: Town) -> None:
    client = signed_in(town, "指挥小孙")
    for page in (
        url("assessment_indicators"),
        url("assessment_indicator", "solution"),
        url("assessment_indicator", "solution", period=month.pk),
        url("assessment_indicator_change", like="solution"),
        url("assessment_schemes"),
        url("assessment_scheme_change", "street"),
        url("assessment_rules_change"),
        url("assessment_year"),
        url("assessment_period", month.pk),
        url("assessment_unit_trend", month.pk, town.unit("street").pk),
    ):
        assert client.get(page).status_code == 200, page
    assert client.get(url("assessment_indicator", "nothing")).status_code == 404
    assert (
        client.get(url("assessment_drill", month.pk, town.unit("street").pk, "solution", "middle")).status_code == 404
    )


def test_a_scheme_says_shares_in_per_cent(month: Period, town: Town) -> None:
    scheme = defining.schemes(DISTRICT, timezone.localdate())["street"]
    item = scheme.items.get(indicator="solution")
    item.shape, item.low, item.high = "line", Decimal("0.6000"), Decimal("0.9550")
    item.save()
    page = text(signed_in(town, "指挥小孙").get(url("assessment_schemes")))
    assert ("60%–95.5%" in page, "0.6000" in page) == (True, False)


def test_exports_hold_every_unit(month: Period, town: Town) -> None:
    page = url("assessment_ranking", period=month.pk, group="street", export="csv")
    response = signed_in(town, "指挥小孙").get(page)
    body = b"".join(response.streaming_content).decode("utf-8-sig")
    assert "少先路街道办事处" in body
    assert "沼潭街道办事处" in body


def test_a_month_is_closed_appealed_and_published_on_the_pages(month: Period, town: Town) -> None:
    centre = signed_in(town, "指挥小孙")
    step = url("assessment_period_step", month.pk, "begin_close")
    assert centre.post(step, {"seen": month.version}).status_code == 302
    actions.freeze(period_id=month.pk)
    month.refresh_from_db()
    assert (month.state, month.round) == ("frozen", 1)
    unsolved = Case.objects.get(lead_office=town.offices["centre"], solved="no", state="closed")
    street = signed_in(town, "街道老王")
    form = url("assessment_appeal_new", month.pk, town.unit("street").pk)
    assert street.get(form).status_code == 200
    refused = street.post(form, {"kind": "exclude", "number": "", "reason": "已列入改造计划"})
    assert refused.status_code == 400
    made = street.post(
        form,
        {"kind": "exclude", "number": unsolved.number, "exclusion_class": "planned", "reason": "已列入改造计划"},
    )
    appeal = Appeal.objects.get()
    assert made.url == reverse("assessment_appeal", args=[appeal.pk])
    assert (
        street.post(url("assessment_appeal_step", appeal.pk, "accept"), {"seen": 0, "reason": "同意"}).status_code
        == 400
    )
    appeal.refresh_from_db()
    assert appeal.state == "submitted"
    before = Score.objects.get(period=month, round=1, unit=town.unit("street"))
    decided = centre.post(url("assessment_appeal_step", appeal.pk, "accept"), {"seen": 0, "reason": "情况属实"})
    assert decided.status_code == 302
    month.refresh_from_db()
    after = Score.objects.get(period=month, round=2, unit=town.unit("street"))
    assert month.round == 2
    assert after.sample == before.sample - 1
    assert after.total is not None
    assert before.total is not None
    assert after.total > before.total
    early = centre.post(url("assessment_period_step", month.pk, "publish"), {"seen": month.version})
    assert early.status_code == 400
    assert "申诉截止" in text(early)
    Period.objects.filter(pk=month.pk).update(appeal_until_on=month.month)
    done = centre.post(url("assessment_period_step", month.pk, "publish"), {"seen": month.version})
    assert done.status_code == 302
    month.refresh_from_db()
    assert month.state == "published"
    amend = {
        "seen": month.version, "kind": "figure", "unit": town.unit("street").pk, "indicator": "supervised",
        "numerator": -1, "reason": "误登记一次督办",
    }  # fmt: skip
    assert centre.post(url("assessment_period_step", month.pk, "amend"), amend).status_code == 302
    month.refresh_from_db()
    assert month.round == 3
    assert "误登记一次督办" in text(street.get(url("assessment_period", month.pk)))


def test_an_appeal_decided_twice_keeps_the_words_of_the_second(month: Period, town: Town) -> None:
    freeze(town, month)
    case = Case.objects.get(lead_office=town.offices["centre"], solved="no", state="closed")
    appeal = actions.appeal(
        period=month, unit=town.unit("street"), by=town["街道老王"], kind="exclude", case=case,
        exclusion_class="planned", reason="已列入改造计划",
    )  # fmt: skip
    centre = signed_in(town, "指挥小孙")
    assert (
        centre.post(url("assessment_appeal_step", appeal.pk, "refuse"), {"seen": 0, "reason": "不属实"}).status_code
        == 302
    )
    late = centre.post(url("assessment_appeal_step", appeal.pk, "accept"), {"seen": 0, "reason": "后到的裁定意见"})
    assert late.status_code == 409
    assert "指挥小孙已于" in text(late)
    assert "后到的裁定意见" in text(late)
    appeal.refresh_from_db()
    assert (appeal.state, appeal.decision) == ("refused", "不属实")


def test_correcting_an_amendment_does_not_pass_by_another(month: Period, town: Town) -> None:
    month = publish(town, month)
    centre, step = signed_in(town, "指挥小孙"), url("assessment_period_step", month.pk, "amend")
    amend = {
        "seen": month.version, "kind": "figure", "unit": town.unit("street").pk, "indicator": "supervised",
        "numerator": -1, "reason": "误登记一次督办",
    }  # fmt: skip
    assert centre.post(step, amend).status_code == 302
    wrong = centre.post(step, amend | {"reason": "短"})
    assert (wrong.status_code, wrong.context["seen"]) == (400, month.version)
    told = centre.post(step, amend | {"numerator": -2})
    assert (told.status_code, told.context["seen"]) == (409, month.version + 1)
    assert told.context["amend_form"]["numerator"].value() == "-2"
    month.refresh_from_db()
    assert month.round == 2


def test_a_grid_worker_sees_the_own_sheet_and_appeals_on_the_phone(month: Period, town: Town) -> None:
    freeze(town, month)
    client = signed_in(town, "网格员小李")
    page = client.get(reverse("field_sheet"))
    assert page.status_code == 200
    sheet = WorkerSheet.objects.get(user=town["网格员小李"])
    assert "巡查上报" in text(page)
    reported = Case.objects.get(channel="grid")
    form = url("field_sheet_appeal", sheet.pk, "handled")
    assert client.get(form).status_code == 200
    assert client.post(form, {"number": "000", "reason": "我办理的"}).status_code == 400
    done = client.post(form, {"number": reported.number, "reason": "这件是我办理的"})
    assert done.status_code == 302
    appeal = Appeal.objects.get()
    head = signed_in(town, "社区书记")
    assert head.get(url("assessment_appeal", appeal.pk)).status_code == 200
    before = sheet.total
    assert (
        head.post(url("assessment_appeal_step", appeal.pk, "accept"), {"seen": 0, "reason": "属实"}).status_code == 302
    )
    sheet.refresh_from_db()
    assert sheet.total == before + 1


@pytest.mark.parametrize(("step", "said"), [("accept", "已采纳"), ("refuse", "未采纳")])
def test_a_grid_worker_is_told_how_the_appeal_was_decided(month: Period, town: Town, step: str, said: str) -> None:
    freeze(town, month)
    sheet = WorkerSheet.objects.get(user=town["网格员小李"])
    case = Case.objects.get(channel="grid")
    appeal = actions.appeal_sheet(sheet=sheet, by=town["网格员小李"], item="handled", case=case, reason="这件是我办的")
    client, told = signed_in(town, "网格员小李"), f"{month.label}考核单的申诉{said}"
    assert "，看裁定" not in text(client.get(reverse("field_grid")))
    getattr(AppealFlow(appeal, town["社区书记"]), step)(reason="已核对轨迹")
    for name in ("field_grid", "field_sheet"):
        page = text(client.get(reverse(name)))
        assert (told in page, f"?sheet={sheet.pk}" in page) == (True, True), name
    own = text(client.get(reverse("field_sheet"), {"sheet": sheet.pk}))
    assert ("已核对轨迹" in own, case.title in own, "裁定结果已阅" in own) == (True, True, True)
    assert "，看裁定" not in text(signed_in(town, "社区书记").get(reverse("field_grid")))
    seen = url("field_sheet_seen", sheet.pk)
    assert signed_in(town, "社区书记").post(seen).status_code == 403
    assert policy.told(town["网格员小李"]).get() == appeal
    assert client.post(seen).url == f"{reverse('field_sheet')}?sheet={sheet.pk}"
    after = text(client.get(reverse("field_sheet")))
    assert ("，看裁定" in after, "裁定结果已阅" in after, "已核对轨迹" in after) == (False, False, True)


def test_an_appeal_taken_back_is_told_to_nobody(month: Period, town: Town) -> None:
    freeze(town, month)
    sheet = WorkerSheet.objects.get(user=town["网格员小李"])
    case = Case.objects.get(channel="grid")
    appeal = actions.appeal_sheet(sheet=sheet, by=town["网格员小李"], item="handled", case=case, reason="这件是我办的")
    AppealFlow(appeal, town["网格员小李"]).withdraw()
    assert not policy.told(town["网格员小李"]).exists()


def test_nobody_sees_the_sheet_of_somebody_else(month: Period, town: Town) -> None:
    sheet = WorkerSheet.objects.get(user=town["网格员小李"])
    for who in ("指挥小孙", "社区书记", "街道老王", "外人"):
        client = signed_in(town, who)
        assert client.get(reverse("field_sheet")).status_code == 403, who
        assert client.get(url("field_sheet_appeal", sheet.pk, "handled")).status_code == 403


def test_streets_evaluate_departments(month: Period, town: Town) -> None:
    publish(town, month)
    client = signed_in(town, "街道书记")
    page = reverse("assessment_evaluate")
    assert client.get(page).status_code == 200
    housing = town.unit("housing").pk
    wrong = client.post(page, {f"punctual-{housing}": "30", f"cooperation-{housing}": "20"})
    assert wrong.status_code == 400
    names = ("punctual", "cooperation", "result", "attitude")
    typed = {f"{name}-{housing}": "20" for name in names}
    assert client.post(page, typed | {f"seen-{housing}": "0"}).status_code == 302
    overtaken = client.post(page, {f"{name}-{housing}": "5" for name in names} | {f"seen-{housing}": "0"})
    assert overtaken.status_code == 409
    assert "您填写的5、5、5、5没有保存" in text(overtaken)
    row = next(row for row in overtaken.context["rows"] if row["unit"].pk == housing)
    assert ([value for _, _, value in row["marks"]], row["seen"]) == ([20, 20, 20, 20], 1)
    year = text(client.get(url("assessment_year", year=month.month.year)))
    rated = Figure.objects.get(period=month, round=1, unit=housing, definition__code="whistle_rating")
    assert rated.value is not None
    assert f"街道评议{(80 + 100 * rated.value) / 2:.2f}分（2份）× 20%" in year


def test_a_pack_is_made_and_read(month: Period, town: Town, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    freeze(town, month)
    client = signed_in(town, "指挥小孙")
    asked = client.post(url("assessment_pack_new", month.pk))
    pack_page = asked.url
    assert "正在生成" in text(client.get(pack_page))
    from wangge.assessment.models import Pack

    packing.make(pack_id=Pack.objects.get().pk)
    page = client.get(pack_page)
    assert "办得差的" in text(page)
    assert "张阿姨" not in text(page)
    assert "垃圾三天没有清运" not in text(page)
    assert client.get(page.context["word"].original_url).status_code == 200
    assert signed_in(town, "街道老王").get(pack_page).status_code == 404
    assert signed_in(town, "指挥小孙").get(url("assessment_pack_print", Pack.objects.get().pk)).status_code == 200


def test_a_worker_is_led_from_this_month_to_the_one_that_can_be_disputed(month: Period, town: Town) -> None:
    freeze(town, month)
    month.refresh_from_db()
    old = WorkerSheet.objects.get(user=town["网格员小李"])
    actions.refresh(period=actions.open_period(path=month.path, month=timezone.localdate()))
    client = signed_in(town, "网格员小李")
    page = client.get(url("field_sheet")).content.decode()
    assert f"?sheet={old.pk}" in page
    assert f"{month.label}的考核单" in page
    assert "对这一项申诉" not in page
    assert "对这一项申诉" in client.get(url("field_sheet") + f"?sheet={old.pk}").content.decode()


def test_after_the_day_nobody_is_offered_an_appeal(month: Period, town: Town) -> None:
    freeze(town, month)
    Period.objects.filter(pk=month.pk).update(appeal_until_on=timezone.localdate() - timedelta(days=1))
    worker, clerk = signed_in(town, "网格员小李"), signed_in(town, "街道老王")
    assert "对这一项申诉" not in worker.get(url("field_sheet")).content.decode()
    unit = town.unit("street")
    form = url("assessment_appeal_new", month.pk, unit.pk)
    assert form not in clerk.get(url("assessment_unit", month.pk, unit.pk)).content.decode()
    assert "截止" in clerk.get(form).content.decode()
