"""Definitions, schemes and rules are data: succeeded, never edited, and of no effect on the past."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from tests.assessment.conftest import Town
from tests.cases.conftest import DISTRICT
from tests.cases.web.signing import signed_in

from wangge.assessment import actions, changing, defining
from wangge.assessment.models import AssessmentRules, Definition, Figure, Period, Scheme, Score
from wangge.kernel.access.models import Grant, User
from wangge.kernel.flow import Conflict, NotPermitted

pytestmark = pytest.mark.usefixtures("told")


def lines(**weights: str) -> list[dict[str, Any]]:
    return [{"indicator": code, "shape": "share", "weight": Decimal(weight)} for code, weight in weights.items()]


def scheme(town: Town, items: list[dict[str, Any]], **given: Any) -> Scheme:
    values: dict[str, Any] = {
        "by": town["指挥小孙"], "reason": "年度方案", "path": DISTRICT, "group": "street", "name": "新方案",
        "valid_from": timezone.localdate(), "seen": changing.latest(Scheme),
    }  # fmt: skip
    return changing.set_scheme(items=items, **(values | given))


def test_a_new_scheme_leaves_a_past_month_alone_and_rules_the_next(month: Period, town: Town) -> None:
    before = Score.objects.get(period=month, unit=town.unit("street")).total
    scheme(town, lines(solution="100"))
    actions.refresh(period=month)
    assert Score.objects.get(period=month, unit=town.unit("street")).total == before
    following = (timezone.localdate().replace(day=1) + timedelta(days=32)).replace(day=1)
    assert [item.indicator for item in defining.schemes(DISTRICT, following)["street"].items.all()] == ["solution"]
    assert defining.schemes("150204", following)["street"].name != "新方案"


@pytest.mark.parametrize(
    ("items", "said"),
    [
        (lines(solution="60"), "合计应为100分"),
        ([], "至少设一个"),
        ([*lines(solution="50"), *lines(solution="50")], "只能设一项"),
        ([{"indicator": "a", "shape": "line", "weight": Decimal(100)}], "下限和上限"),
        ([*lines(a="100"), {"indicator": "b", "shape": "deduct", "weight": Decimal(3)}], "每次分值"),
    ],
)
def test_a_wrong_scheme_is_refused_in_words(month: Period, town: Town, items: list[dict[str, Any]], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        scheme(town, items)
    assert not Scheme.objects.filter(path=DISTRICT).exists()


def test_nothing_begins_in_the_past_nor_beyond_the_own_place(month: Period, town: Town) -> None:
    with pytest.raises(ValidationError, match="过去的日子"):
        scheme(town, lines(solution="100"), valid_from=timezone.localdate() - timedelta(days=1))
    for who, path in (("指挥小孙", "150204"), ("指挥小孙", ""), ("街道老王", DISTRICT), ("外人", DISTRICT)):
        with pytest.raises(NotPermitted):
            scheme(town, lines(solution="100"), by=town[who], path=path)
    assert not Scheme.objects.exclude(path="").exists()


def test_a_definition_with_weights_and_exclusions_counts_so(month: Period, town: Town) -> None:
    """基本解决按0.8计，不计垃圾清运类。"""
    held = defining.definitions(DISTRICT, timezone.localdate())["solution"]
    row = Definition.objects.create(
        path=DISTRICT, code="solution", label="解决率", family="三率", minimum=5, meaning="基本解决按0.8计",
        numerator=[["cases.solved", "1"], ["cases.solved_basically", "-0.2"]], denominator=[["cases.rated", "1"]],
        valid_from=month.month, sort=held.sort,
    )  # fmt: skip
    actions.refresh(period=month)
    figure = Figure.objects.get(period=month, unit=town.unit("street"), definition=row)
    plain = Definition.objects.get(code="solution", path="")
    assert not Figure.objects.filter(period=month, definition=plain).exists()
    assert figure.numerator == Decimal("6.8")
    assert figure.denominator == 8
    Definition.objects.filter(pk=row.pk).update(without_kinds=["0101"])
    actions.refresh(period=month)
    figure = Figure.objects.get(period=month, unit=town.unit("street"), definition=row)
    assert (figure.numerator, figure.denominator, figure.value) == (0, 0, None)


def test_a_definition_over_unknown_facts_is_refused(month: Period, town: Town) -> None:
    given: dict[str, Any] = {
        "path": DISTRICT, "code": "x", "label": "某率", "family": "其他", "meaning": "说明",
        "valid_from": timezone.localdate(), "seen": changing.latest(Definition),
    }  # fmt: skip
    with pytest.raises(ValidationError, match="没有登记"):
        changing.define(by=town["指挥小孙"], reason="年度口径", numerator=[["nobody.counts", "1"]], **given)
    with pytest.raises(ValidationError, match="存量"):
        changing.define(by=town["指挥小孙"], reason="年度口径", numerator=[["cases.open", "1"]], **given)


def test_the_forms_save_what_was_typed(month: Period, town: Town) -> None:
    client = signed_in(town, "指挥小孙")
    today = timezone.localdate().isoformat()
    page = client.get(reverse("assessment_indicator_change"), {"like": "solution"})
    typed = {name: value for name, value in page.context["form"].initial.items() if value not in (None, False, [])}
    typed |= {"path": DISTRICT, "valid_from": today, "reason": "年度口径", "numerator_2": "cases.solved_basically",
              "numerator_2_times": "-0.2", "seen": page.context["seen"]}  # fmt: skip
    assert client.post(f"{reverse('assessment_indicator_change')}?like=solution", typed).status_code == 302
    row = Definition.objects.get(path=DISTRICT, code="solution")
    assert row.numerator == [["cases.solved", "1"], ["cases.solved_basically", "-0.2"]]
    rules = {
        name: str(value)
        for name, value in client.get(reverse("assessment_rules_change")).context["form"].initial.items()
    }
    rules.pop("lists_shown")
    posted = rules | {
        "seen": changing.latest(AssessmentRules),
        "path": DISTRICT,
        "valid_from": today,
        "reason": "年度规则",
        "street_share": "30",
    }
    assert client.post(reverse("assessment_rules_change"), posted).status_code == 302
    assert defining.rules(DISTRICT, timezone.localdate()).street_share == 30
    form = {
        "path": DISTRICT, "name": "新方案", "valid_from": today, "base": "solution", "minimum": "10",
        "reason": "年度方案", "seen": changing.latest(Scheme),
        "items-TOTAL_FORMS": "2", "items-INITIAL_FORMS": "0", "items-0-indicator": "solution", "items-0-shape": "share",
        "items-0-weight": "100", "items-1-indicator": "supervised", "items-1-shape": "deduct", "items-1-weight": "3",
        "items-1-step": "1",
    }  # fmt: skip
    change = reverse("assessment_scheme_change", args=["street"])
    assert client.post(change, form | {"items-0-weight": "90"}).status_code == 400
    assert client.post(change, form).status_code == 302
    assert Scheme.objects.get(path=DISTRICT).items.count() == 2
    assert signed_in(town, "街道老王").post(change, form).status_code == 403


# -- two at once ---------------------------------------------------------------------------------


def definition(town: Town, who: str, **given: Any) -> Definition:
    values: dict[str, Any] = {
        "path": DISTRICT, "code": "solution", "label": "解决率", "family": "三率", "meaning": "说明",
        "numerator": [["cases.solved", "1"]], "denominator": [["cases.rated", "1"]], "reason": "年度口径",
        "valid_from": timezone.localdate(),
    }  # fmt: skip
    return changing.define(by=town[who], **(values | given))


def rules(town: Town, who: str, **given: Any) -> AssessmentRules:
    values: dict[str, Any] = {"path": DISTRICT, "reason": "年度规则", "valid_from": timezone.localdate()}
    return changing.set_rules(by=town[who], **(values | given))


@pytest.mark.parametrize("kind", [Scheme, Definition, AssessmentRules])
def test_who_changes_a_parameter_second_is_told_and_ends_nothing(month: Period, town: Town, kind: Any) -> None:
    """Also where the second version would begin later, and so would quietly follow the first."""
    defining.ensure_defaults()
    seen = changing.latest(kind)
    later = timezone.localdate() + timedelta(days=9)

    def change(who: str, **given: Any) -> Any:
        if kind is Scheme:
            return scheme(town, lines(solution="100"), by=town[who], **given)
        return (definition if kind is Definition else rules)(town, who, **given)

    town.people["指挥老吴"] = twin(town)
    first = change("指挥小孙", seen=seen)
    with pytest.raises(Conflict, match=f"指挥小孙已于.*自{first.valid_from}起的新版本，您的修改没有保存"):
        change("指挥老吴", seen=seen, valid_from=later)
    assert kind.objects.get(path=DISTRICT) == first
    assert kind.objects.get(path=DISTRICT).valid_to is None
    second = change("指挥老吴", seen=first.pk, valid_from=later)
    first.refresh_from_db()
    assert (first.valid_to, second.valid_to) == (later, None)


def twin(town: Town) -> User:
    """A second clerk of the command centre."""
    user = User.objects.create_user(username="twin", password=None, display_name="指挥老吴")
    command = town.offices["command"].pk
    Grant.objects.create(
        user=user, role="command_centre", path=DISTRICT, office_id=command, valid_from=timezone.localdate()
    )
    return user


def test_another_group_is_another_matter(month: Period, town: Town) -> None:
    defining.ensure_defaults()
    seen = changing.latest(Scheme)
    scheme(town, lines(solution="100"), seen=seen)
    scheme(town, lines(solution="100"), seen=seen, group="township")
    assert Scheme.objects.filter(path=DISTRICT).count() == 2


def test_the_page_of_rules_tells_the_second_and_keeps_what_was_typed(month: Period, town: Town) -> None:
    town.people["指挥老吴"] = twin(town)
    address, today = reverse("assessment_rules_change"), timezone.localdate()
    client = signed_in(town, "指挥老吴")
    opened = client.get(address)
    typed = {name: str(value) for name, value in opened.context["form"].initial.items() if name != "lists_shown"}
    typed |= {"seen": str(opened.context["seen"]), "path": DISTRICT, "reason": "年度规则", "street_share": "30"}
    rules(town, "指挥小孙", seen=changing.latest(AssessmentRules), street_share=25)
    # A mistake in the form does not make it a fresh one.
    wrong = client.post(address, typed | {"valid_from": "明天"})
    assert (wrong.status_code, str(wrong.context["seen"])) == (400, typed["seen"])
    late = typed | {"valid_from": str(today + timedelta(days=1))}
    told = client.post(address, late)
    assert told.status_code == 409
    assert "指挥小孙已于" in told.content.decode()
    assert told.context["form"]["street_share"].value() == "30"
    assert defining.rules(DISTRICT, today + timedelta(days=1)).street_share == 25
    assert client.post(address, late | {"seen": told.context["seen"]}).status_code == 302
    assert defining.rules(DISTRICT, today + timedelta(days=1)).street_share == 30


def test_the_pages_of_schemes_and_definitions_carry_what_they_began_with(month: Period, town: Town) -> None:
    client, today = signed_in(town, "指挥小孙"), timezone.localdate().isoformat()
    scheme_page = client.get(reverse("assessment_scheme_change", args=["street"]))
    assert scheme_page.context["seen"] == changing.latest(Scheme)
    assert f'name="seen" value="{changing.latest(Scheme)}"' in scheme_page.content.decode()
    address = f"{reverse('assessment_indicator_change')}?like=solution"
    page = client.get(address)
    typed = {name: value for name, value in page.context["form"].initial.items() if value not in (None, False, [])}
    typed |= {"path": DISTRICT, "valid_from": today, "reason": "年度口径"}
    definition(town, "指挥小孙", seen=changing.latest(Definition))
    for seen in (page.context["seen"], "x", ""):
        assert client.post(address, typed | {"seen": seen}).status_code == 409
    assert Definition.objects.filter(path=DISTRICT).count() == 1
