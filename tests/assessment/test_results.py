"""What follows from results: rectification, the year, sheets, units, lists, the pack and the command line."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from docx import Document
from tests.assessment.conftest import Town, last_month
from tests.cases.conftest import DISTRICT, STREET
from tests.cases.web.signing import signed_in
from typer.testing import CliRunner

from wangge.assessment import actions, charts, defining, packing, rectifying, reviewing, units, wording, yearly
from wangge.assessment.cli import app
from wangge.assessment.enums import Group, RectificationState
from wangge.assessment.flow import PeriodFlow
from wangge.assessment.models import (
    AssessmentRules,
    Evaluation,
    Figure,
    Pack,
    Period,
    Rectification,
    Round,
    Score,
    Unit,
    WorkerSheet,
)
from wangge.assessment.rectifying import months_back
from wangge.assessment.rounds import place
from wangge.cases.models import Case
from wangge.duties import needs
from wangge.duties.models import Kind
from wangge.kernel.access.models import Grant, User
from wangge.kernel.attachments.models import Attachment
from wangge.kernel.audit.models import AuditEntry
from wangge.kernel.facts import registry
from wangge.kernel.facts.days import bounds
from wangge.kernel.facts.models import DailyFact
from wangge.kernel.flow import Conflict, NotPermitted, Refused
from wangge.organization.models import Office


def settled(unit: Unit, month: date, *, volume: int, total: str) -> Score:
    """A published month with one result."""
    period, _ = Period.objects.get_or_create(
        path=DISTRICT,
        month=month,
        defaults={"state": "published", "round": 1, "frozen_at": timezone.now(), "published_at": timezone.now()},
    )
    scheme = defining.schemes(DISTRICT, month)[unit.group]
    Round.objects.get_or_create(period=period, number=1, defaults={"kind": "freeze", "at": timezone.now()})
    return Score.objects.create(
        period=period, round=1, unit=unit, group=unit.group, scheme=scheme, total=Decimal(total), volume=volume,
        sample=50, place=1,
    )  # fmt: skip


@pytest.fixture
def street(town: Town) -> Unit:
    units.sync(DISTRICT, on=date(2020, 1, 1))
    return town.unit("street")


def judged(month: date) -> Period:
    period = Period.objects.get(path=DISTRICT, month=month)
    rectifying.judge(period)
    return period


def test_a_street_with_much_and_badly_handled_for_three_months_is_proposed(town: Town, street: Unit) -> None:
    for back in range(3):
        settled(street, months_back(last_month(), back), volume=300, total="70.00")
    judged(last_month())
    row = Rectification.objects.get()
    assert row.state == "proposed"
    assert "连续3个月" in row.grounds
    judged(last_month())
    assert Rectification.objects.count() == 1


@pytest.mark.parametrize("spoiled", [{"total": "90.00"}, {"volume": 1}])
def test_one_good_month_spares_it(town: Town, street: Unit, spoiled: dict[str, Any]) -> None:
    AssessmentRules.objects.create(valid_from=date(2020, 1, 1), enter_volume=1)
    for back in range(3):
        given = {"volume": 300, "total": "70.00"} | (spoiled if back == 1 else {})
        settled(street, months_back(last_month(), back), **given)
        settled(town.unit("other_street"), months_back(last_month(), back), volume=200, total="90.00")
    judged(last_month())
    assert not Rectification.objects.exists()


def test_entering_asks_for_measures_and_leaving_follows_the_rule(town: Town, street: Unit) -> None:
    for back in range(3):
        settled(street, months_back(last_month(), back), volume=200, total="90.00")
        settled(street, months_back(last_month(), back + 12), volume=300, total="70.00")
    row = Rectification.objects.create(unit=street, proposed_by=Period.objects.get(month=last_month()), grounds="理由")
    centre = town["指挥小孙"]
    with pytest.raises(Refused, match="治理措施"):
        rectifying.decide(row=row, verb="enter", by=centre, seen=0, reason="会议决定")
    with pytest.raises(NotPermitted):
        rectifying.decide(row=row, verb="enter", by=town["街道老王"], seen=0, reason="会议决定", plan="牵头整治")
    rectifying.decide(row=row, verb="enter", by=centre, seen=0, reason="会议决定", plan="牵头整治")
    with pytest.raises(Conflict):
        rectifying.decide(row=row, verb="decline", by=centre, seen=0, reason="会议决定")
    judged(last_month())
    row.refresh_from_db()
    assert row.state == "leaving"
    assert "同比下降33.3%" in row.leave_grounds
    rectifying.decide(row=row, verb="leave", by=centre, seen=row.version, reason="成效稳定")
    row.refresh_from_db()
    assert (row.state, row.left_on) == ("left", timezone.localdate())


def test_streets_marks_are_a_fifth_of_a_departments_year(town: Town, street: Unit) -> None:
    housing = town.unit("housing")
    year = last_month().year
    settled(housing, last_month(), volume=10, total="90.00")
    alone = yearly.years(DISTRICT, year, Group.DEPARTMENT)[0]
    assert alone.total == Decimal("90.00")
    assert "尚未评议" in alone.said
    for unit, mark in ((street, 20), (town.unit("other_street"), 10)):
        Evaluation.objects.create(
            year=year, street=unit, department=housing, punctual=mark, cooperation=mark, result=mark, attitude=mark,
            at=timezone.now(), by_id=1,
        )  # fmt: skip
    row = yearly.years(DISTRICT, year, Group.DEPARTMENT)[0]
    assert row.streets == Decimal("60.00")
    assert row.total == Decimal("84.00")
    assert row.said == "1个月平均90.00分 × 80% + 街道评议60.00分（2份）× 20% = 84.00分。"


def test_only_the_own_street_evaluates_and_only_departments(town: Town, street: Unit) -> None:
    marks = dict.fromkeys(actions.MARKS, 20)
    given: dict[str, Any] = {"year": timezone.localdate().year, "marks": marks, "seen": 0}
    for who in ("街道老王", "指挥小孙", "外人"):
        with pytest.raises(NotPermitted):
            actions.evaluate(street=street, department=town.unit("housing"), by=town[who], **given)
    with pytest.raises(NotPermitted):
        actions.evaluate(
            street=town.unit("other_street"), department=town.unit("housing"), by=town["街道书记"], **given
        )
    assert not Evaluation.objects.exists()
    actions.evaluate(street=street, department=town.unit("housing"), by=town["街道书记"], **given)
    given |= {"marks": marks | {"result": 10}, "seen": 1}
    actions.evaluate(street=street, department=town.unit("housing"), by=town["街道书记"], **given)
    assert Evaluation.objects.get().total == 70


def test_two_leaders_of_a_street_mark_the_same_department(town: Town, street: Unit) -> None:
    """The second is told who gave what, and what was not kept; the same marks again are nothing new."""
    other = second_leader(town)
    given: dict[str, Any] = {
        "year": timezone.localdate().year, "street": street, "department": town.unit("housing"), "seen": 0,
    }  # fmt: skip
    marks = dict.fromkeys(actions.MARKS, 20)
    actions.evaluate(**given, marks=marks, by=town["街道书记"])
    with pytest.raises(Conflict, match=r"街道书记已于.*评为20、20、20、20，您填写的5、5、5、5（太慢）没有保存"):
        actions.evaluate(**given, marks=dict.fromkeys(actions.MARKS, 5), by=other, comment="太慢")
    actions.evaluate(**given, marks=marks, by=other)
    row = Evaluation.objects.get()
    assert (row.total, row.by_id, row.version) == (80, town["街道书记"].pk, 1)
    assert AuditEntry.objects.filter(action="assessment.evaluation.give").count() == 1


def test_a_decision_taken_second_is_told_who_was_first(town: Town, street: Unit) -> None:
    settled(street, last_month(), volume=200, total="60.00")
    row = Rectification.objects.create(unit=street, proposed_by=Period.objects.get(month=last_month()), grounds="理由")
    centre, page = town["指挥小孙"], reverse("assessment_rectification", args=[row.pk])
    rectifying.decide(row=row, verb="enter", by=centre, seen=0, reason="会议决定", plan="牵头整治")
    rectifying.decide(row=row, verb="enter", by=centre, seen=0, reason="会议决定", plan="牵头整治")
    assert AuditEntry.objects.filter(action="assessment.rectification.enter").count() == 1
    told = signed_in(town, "指挥小孙").post(page, {"verb": "decline", "seen": "0", "reason": "另一个人的理由"})
    assert told.status_code == 409
    text = told.content.decode()
    assert "指挥小孙已于" in text
    assert f"现在是“{RectificationState.ACTIVE.label}”；您的“不列入”没有生效" in text
    assert "另一个人的理由" in text
    row.refresh_from_db()
    assert (row.state, row.plan, row.version) == ("active", "牵头整治", 1)


@pytest.mark.parametrize("seen", ["", "x", "-1", "9" * 30])
def test_a_decision_without_a_version_is_stale(town: Town, street: Unit, seen: str) -> None:
    settled(street, last_month(), volume=200, total="60.00")
    row = Rectification.objects.create(unit=street, proposed_by=Period.objects.get(month=last_month()), grounds="理由")
    page = reverse("assessment_rectification", args=[row.pk])
    sent = {"verb": "enter", "seen": seen, "reason": "会议决定", "plan": "牵头整治"}
    assert signed_in(town, "指挥小孙").post(page, sent).status_code == 409
    row.refresh_from_db()
    assert (row.state, row.version) == ("proposed", 0)


def second_leader(town: Town) -> User:
    user = User.objects.create_user(username="second", password=None, display_name="街道主任")
    Grant.objects.create(
        user=user, role="street_leader", path=STREET, office_id=town.offices["street"].pk, valid_from=date(2020, 1, 1)
    )
    return user


@pytest.mark.parametrize(
    ("code", "group"), [("001", "street"), ("099", "street"), ("100", "township"), ("202", "township")]
)
def test_streets_and_townships_are_told_apart_by_their_code(code: str, group: str) -> None:
    assert units.group_of_street(f"150203{code}") == group


def test_a_unit_ended_by_hand_stays_ended_and_closed_offices_end(town: Town, street: Unit) -> None:
    Unit.objects.filter(pk=street.pk).update(valid_to=date(2021, 1, 1))
    Office.objects.filter(pk=town.offices["housing"].pk).update(valid_to=date(2021, 1, 1))
    assert units.sync(DISTRICT, on=date(2022, 1, 1)) == 0
    assert Unit.objects.get(pk=street.pk).valid_to == date(2021, 1, 1)
    assert Unit.objects.get(office=town.offices["housing"]).valid_to == date(2022, 1, 1)


def test_equal_totals_share_a_place_and_small_samples_have_none() -> None:
    rows = [
        Score(total=Decimal(total), sample=sample) for total, sample in ((90, 9), (80, 9), (90, 9), (99, 2), (70, 9))
    ]
    rows.append(Score(total=None, sample=0))
    place(rows, minimum=5)
    assert [row.place for row in rows] == [1, 3, 1, None, 4, None]
    assert {row.ranked for row in rows} == {4}


def test_lists_are_an_option(month: Period, town: Town) -> None:
    assert not Score.objects.exclude(on_list="").exists()
    AssessmentRules.objects.create(valid_from=date(2020, 1, 1), lists_shown=True, lists_size=1)
    from wangge.assessment.rounds import _list

    rows = [Score(place=n) for n in range(1, 6)]
    _list(rows, 2)
    assert [row.on_list for row in rows] == ["red", "red", "", "black", "black"]


def test_a_sheet_counts_what_the_worker_did(month: Period, town: Town) -> None:
    sheet = WorkerSheet.objects.get(user=town["网格员小李"])
    lines = {line.item.code: (line.number, line.points) for line in sheet.lines.select_related("item")}
    assert lines["reported"] == (1, Decimal("0.50"))
    assert sheet.total == sum(points for _, points in lines.values())
    assert WorkerSheet.objects.count() == 1


def test_the_pack_says_what_moved_and_why(month: Period, town: Town) -> None:
    now = Score.objects.get(period=month, unit=town.unit("street"))
    then = Score(steps=[step | {"points": "0.00", "reading": "0 ÷ 9 = 0.00%"} for step in now.steps])
    said = reviewing.why(now, then)
    assert said.startswith("解决率 0 ÷ 9 = 0.00% → ")
    assert said.count("；") == 2


def test_units_without_an_order_stand_in_one_line(month: Period, town: Town) -> None:
    """A meeting does not read through lines of noughts."""
    Office.objects.create(
        name="区闲置局", kind="district.industry", level="district", path=month.path, valid_from=month.month
    )
    actions.refresh(period=month)
    content = reviewing.content(month)
    group = next(one for one in content["groups"] if one["group"] == "department")
    assert "区闲置局" in group["idle"]
    assert "区闲置局" not in [row["unit"] for row in [*group["ranked"], *group["small"]]]
    made = Document(io.BytesIO(wording.document(content, [], [])))
    assert next(line.text for line in made.paragraphs if "区闲置局" in line.text).startswith("没有工单的")
    assert "区闲置局" in render_to_string("assessment/pack_body.html", {"content": content})


def test_the_pack_holds_no_word_of_a_resident(month: Period, town: Town) -> None:
    said = str(reviewing.content(month))
    for personal in ("张阿姨", "13800000001", "垃圾三天", "友谊大街1号院"):
        assert personal not in said


def test_the_needs_of_a_month_add_up_and_are_compared_with_the_months_before(month: Period, town: Town) -> None:
    before = reviewing.by_need(month)
    Kind.objects.filter(code=Case.objects.filter(kind__isnull=False)[0].kind.code).update(seven_five="yiju")  # type: ignore[union-attr]
    needed = {row["need"]: row for row in reviewing.by_need(month)}
    start, end = bounds(month.month)[0], bounds(month.last_on)[1]
    filed = Case.objects.filter(path__startswith=month.path, created_at__gte=start, created_at__lt=end)
    of_kind = filed.filter(kind__seven_five="yiju").count()
    assert list(needed) == [*[row["need"] for row in before]]
    assert sum(row["n"] for row in needed.values()) == filed.count() > of_kind > 0
    assert (needed["宜居性"]["n"], needed["宜居性"]["share"]) == (of_kind, of_kind / filed.count())
    assert {row["change"] for row in needed.values()} == {None}  # nothing was filed the month before
    case = filed.filter(kind__seven_five="yiju").first()
    assert case is not None
    Case.objects.filter(pk=case.pk).update(created_at=start - timedelta(days=3))
    needed = {row["need"]: row for row in reviewing.by_need(month)}
    assert (needed["宜居性"]["n"], needed["宜居性"]["change"]) == (of_kind - 1, of_kind - 2)
    assert (needed["幼有所育"]["change"], needed["幼有所育"]["annual"]) == (0, None)


def test_the_needs_stand_on_the_page_in_word_and_in_a_picture(month: Period, town: Town) -> None:
    content = reviewing.content(month)
    page = render_to_string("assessment/pack_body.html", {"content": content})
    made = Document(io.BytesIO(wording.document(content, [], [])))
    cells = {cell.text for table in made.tables for row in table.rows for cell in row.cells}
    for need in needs.LABELS.values():
        assert need in page
        assert need in cells
    # A pack of before shows what it has.
    del content["needs"]
    assert "七有五性" not in render_to_string("assessment/pack_body.html", {"content": content})
    if charts.chinese_font():
        assert "诉求按七有五性" in [title for title, _ in charts.draw(reviewing.content(month))]


def test_a_pack_is_a_word_file_and_pictures(month: Period, town: Town, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    pack = packing.make_now(period=month)
    files = Attachment.objects.filter(owner_type="assessment.pack", owner_id=pack.pk)
    assert pack.state == "done"
    kinds = [file.content_type for file in files]
    assert kinds[0].endswith("wordprocessingml.document")
    if charts.chinese_font():
        assert set(kinds[1:]) == {"image/png"}
        assert pack.notes == []


def test_without_a_chinese_font_the_pack_says_so(
    month: Period, town: Town, settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(charts, "chinese_font", lambda: "")
    pack = packing.make_now(period=month)
    assert pack.state == "done"
    assert pack.notes == [charts.NO_FONT]
    assert Attachment.objects.filter(owner_type="assessment.pack").count() == 1


def test_the_document_tells_all_chapters(month: Period, town: Town) -> None:
    made = Document(io.BytesIO(wording.document(reviewing.content(month), [], [])))
    heads = [p.text for p in made.paragraphs if p.style is not None and p.style.name == "Heading 1"]
    assert heads == ["一、排名", "二、变化和原因", "三、诉求按七有五性", "四、疑难和反复", "五、办得好的和差的"]
    cells = {cell.text for table in made.tables for row in table.rows for cell in row.cells}
    assert "少先路街道办事处" in cells


def test_a_failed_pack_says_so(month: Period, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    pack = packing.ask(period=month, by=town["指挥小孙"])
    with pytest.raises(Refused):
        packing.ask(period=month, by=town["指挥小孙"])
    with pytest.raises(NotPermitted):
        packing.ask(period=month, by=town["街道老王"])

    def broken(_period: Period) -> dict[str, Any]:
        raise RuntimeError("disk full")

    monkeypatch.setattr(reviewing, "content", broken)
    with pytest.raises(RuntimeError):
        packing.make(pack_id=pack.pk)
    assert Pack.objects.get().state == "failed"


def test_the_command_line_closes_packs_and_verifies(month: Period, town: Town, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    runner, text = CliRunner(), f"{month.month:%Y-%m}"
    given = ["--month", text, "--division", DISTRICT]
    assert runner.invoke(app, ["close", *given]).exit_code == 0
    month.refresh_from_db()
    assert month.state == "frozen"
    assert runner.invoke(app, ["pack", *given]).exit_code == 0
    assert "一致" in runner.invoke(app, ["verify", *given]).output
    assert runner.invoke(app, ["pack", "--month", "2019-01", "--division", DISTRICT]).exit_code == 2
    assert runner.invoke(app, ["pack", "--month", "May"]).exit_code == 2


def test_the_sweep_opens_the_new_month_and_refreshes_it(month: Period, town: Town) -> None:
    now = timezone.now()
    assert actions.refresh_open(now=now) == 2
    assert Period.objects.filter(path=DISTRICT, month=timezone.localdate(now).replace(day=1), state="open").exists()
    PeriodFlow(month, town["指挥小孙"]).begin_close()
    assert actions.refresh_open(now=now) == 1
    assert STREET.startswith(DISTRICT)


def test_a_figure_of_other_business_is_counted_by_its_daily_facts(month: Period, town: Town, monkeypatch: Any) -> None:
    """A module that cannot say which rows it counted has its facts of a day stand for them."""
    housing = town.offices["housing"].pk
    for code, number in (("whistle.arrived", 5), ("whistle.arrived_on_time", 4)):
        silent = replace(registry.fact(code), rows=None)
        monkeypatch.setitem(registry._facts, code, silent)
        DailyFact.objects.create(
            fact=code, day=month.month, path=DISTRICT, office_id=housing, kind_code="", value=number
        )
    actions.refresh(period=month)
    figure = Figure.objects.get(period=month, unit=town.unit("housing"), definition__code="whistle_response")
    assert (figure.numerator, figure.denominator, figure.value) == (4, 5, 0.8)
    step = next(
        s
        for s in Score.objects.get(period=month, unit=town.unit("housing")).steps
        if s["indicator"] == "whistle_response"
    )
    assert step["points"] == "4.00"
    page = signed_in(town, "住建小周").get(
        reverse("assessment_drill", args=[month.pk, town.unit("housing").pk, "whistle_response", "denominator"])
    )
    assert page.context["daily"][0]["sum"] == 5
