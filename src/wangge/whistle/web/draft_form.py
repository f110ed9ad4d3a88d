"""The form that writes a whistle: from a case (filled in), from several cases with one root, or on its own."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from wangge.cases import policy as case_policy
from wangge.cases.models import Case
from wangge.cases.web.forms import FilesField
from wangge.cases.web.handling import place_choices
from wangge.duties.models import DutyItem, DutyList
from wangge.duties.resolution import resolve
from wangge.kernel.access.web.picking import PickField
from wangge.kernel.flow.forms import text_area
from wangge.kernel.periods import in_force
from wangge.organization import queries as organization
from wangge.whistle.drafting import Called, Spot
from wangge.whistle.enums import FROM_CASES, Origin, Role, WhistleKind
from wangge.whistle.models import Whistle
from wangge.whistle.web.forms import department_choices

ITEMS: Final = 3
OFFICES: Final = 6
# How many stand open on the page.
FIRST: Final = 3
CALLABLE: Final = ("district", "enterprise")


def item_options(path: str) -> list[tuple[int, str]]:
    """Every item in force at the place, those of departments first: list, number, words."""
    lists = [
        row
        for row in DutyList.objects.filter(in_force(timezone.localdate()))
        if not path or path.startswith(row.path) or row.path.startswith(path)
    ]
    order = {"district": 0, "enterprise": 1}
    rows = DutyItem.objects.filter(duty_list__in=lists).select_related("duty_list")
    found = sorted(rows, key=lambda i: (order.get(i.duty_list.level, 2), i.duty_list_id, i.sort, i.pk))
    return [(item.pk, f"{item.number} {item.title}｜{item.duty_list.name}") for item in found]


class DraftForm(forms.Form):
    """What a whistle needs; each office with what it is asked for, one thing a line."""

    kind = forms.ChoiceField(label="哨种", choices=WhistleKind.choices, widget=forms.RadioSelect, initial="work")
    origin = forms.ChoiceField(
        label="缘由", required=False, choices=[(o.value, o.label) for o in Origin if o not in FROM_CASES]
    )
    numbers = forms.CharField(
        label="事项编号",
        required=False,
        max_length=400,
        help_text="多件须同属一个主事项，用空格隔开；留空则按上面的缘由自行发起。",
    )
    title = forms.CharField(label="标题", max_length=120)
    text = forms.CharField(label="情况", max_length=5000, widget=text_area(4, maxlength=5000))
    tried = forms.CharField(
        label="街道已做的工作", max_length=3000, widget=text_area(3), help_text="吹哨只用于单靠街道力量难以解决的问题。"
    )
    wanted = forms.CharField(label="请部门解决什么", max_length=3000, widget=text_area(2))
    path = PickField(label="所属街道、社区", placeholder="输入社区名称")
    address = forms.CharField(label="集结地点", max_length=200)
    lng = forms.FloatField(label="经度", required=False, min_value=-180, max_value=180)
    lat = forms.FloatField(label="纬度", required=False, min_value=-90, max_value=90)
    proof = FilesField(label="照片、材料")

    def __init__(self, *args: Any, user: Any, whistle: Whistle | None = None, **kwargs: Any) -> None:
        """``whistle``: a draft to edit; what another system wrote may need more rows than a person is offered."""
        self.user = user
        self.items = max(ITEMS, whistle.items.count() if whistle is not None else 0)
        self.offices = max(OFFICES, whistle.summonses.count() if whistle is not None else 0)
        if whistle is not None:
            kwargs.setdefault("initial", from_whistle(whistle, self.items, self.offices))
        super().__init__(*args, **kwargs)
        places = place_choices(user, "whistle.draft")
        self.fields["path"].options = places  # type: ignore[attr-defined]
        within = min((code for code, _ in places), key=len, default="")
        options = item_options(within)
        for number in range(1, self.items + 1):
            item = PickField(
                label=f"清单条目{number}" if number > 1 else "清单条目",
                required=number == 1,
                placeholder="输入条目号或内容",
            )
            self.fields[f"item_{number}"] = item
            item.options = options
        offices = department_choices(within[:9] if within else "")
        for number in range(1, self.offices + 1):
            office = PickField(
                label="主办单位" if number == 1 else "协办单位", required=number == 1, placeholder="输入单位名称"
            )
            self.fields[f"office_{number}"] = office
            office.options = offices
            self.fields[f"tasks_{number}"] = forms.CharField(
                label="需要做什么", required=number == 1, max_length=2000, widget=text_area(2, placeholder="一行一项")
            )

    def item_fields(self) -> list[forms.BoundField]:
        return [self[f"item_{n}"] for n in range(1, self.items + 1)]

    def office_rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"office_{n}"], self[f"tasks_{n}"]) for n in range(1, FIRST + 1)]

    def more_rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"office_{n}"], self[f"tasks_{n}"]) for n in range(FIRST + 1, self.offices + 1)]

    def more_filled(self) -> bool:
        return any(office.value() or office.errors for office, _ in self.more_rows())

    def clean_numbers(self) -> list[Case]:
        typed = self.cleaned_data["numbers"].replace("，", " ").replace("、", " ").replace(",", " ").split()
        found = {case.number: case for case in case_policy.rows(self.user).filter(number__in=typed)}
        missing = [number for number in typed if number not in found]
        if missing:
            raise ValidationError(f"没有编号为{missing[0][:40]}的事项，或者不在您的范围内。")
        return [found[number] for number in dict.fromkeys(typed)]

    def given(self) -> dict[str, Any]:
        """The arguments of ``drafting.draft``."""
        clean = self.cleaned_data
        cases: list[Case] = clean["numbers"]
        items = [clean[f"item_{n}"] for n in range(1, self.items + 1) if clean.get(f"item_{n}")]
        rows = {row.pk: row for row in DutyItem.objects.filter(pk__in=items).select_related("duty_list")}
        called = [
            Called(
                clean[f"office_{n}"],
                Role.LEAD if n == 1 else Role.ASSIST,
                tuple(clean[f"tasks_{n}"].splitlines()),
            )
            for n in range(1, self.offices + 1)
            if clean.get(f"office_{n}")
        ]
        words = {name: clean[name] for name in ("kind", "title", "text", "tried", "wanted")}
        return words | {
            "origin": "" if cases else clean["origin"],
            "cases": cases,
            "spot": Spot(clean["path"], clean["address"], clean["lng"], clean["lat"]),
            "called": called,
            "items": [rows[pk] for pk in items],
            "files": clean["proof"],
        }

    def take(self, error: ValidationError) -> None:
        """Put the messages of the action beside their fields."""
        places = {"items": "item_1", "called": "office_1", "cases": "numbers", "point": "address"}
        for name, words in error.message_dict.items():
            field = places.get(name, name)
            self.add_error(field if field in self.fields else None, words)


def from_case(case: Case, others: list[Case]) -> dict[str, Any]:
    """What the form begins with when a whistle is blown on a case."""
    found: dict[str, Any] = {
        "numbers": " ".join([case.number, *(other.number for other in others)]),
        "title": case.title,
        "text": case.text,
        "path": case.path[:12],
        "address": case.address,
        "lng": case.lng,
        "lat": case.lat,
    }
    if case.kind_id is None:
        return found
    wanted: list[int] = []
    for owner in resolve(case.kind_id, case.path, timezone.localdate()):
        wanted += [o.id for o in (owner.lead, *owner.assists) if o.level in CALLABLE]
    lead = organization.office(case.lead_office_id)
    if lead is not None and lead.level in CALLABLE:
        wanted.insert(0, lead.id)
    for number, office_id in enumerate(list(dict.fromkeys(wanted))[:2], start=1):
        found[f"office_{number}"] = office_id
    assert case.kind is not None
    item = DutyItem.objects.filter(duty_list__level__in=CALLABLE, title__contains=case.kind.name).first()
    if item is not None:
        found["item_1"] = item.pk
    return found


def from_whistle(whistle: Whistle, items: int = ITEMS, offices: int = OFFICES) -> dict[str, Any]:
    """What the form begins with when a whistle that was not blown, or was withdrawn, is edited or written again."""
    names = ("kind", "origin", "title", "text", "tried", "wanted", "path", "address", "lng", "lat")
    found: dict[str, Any] = {name: getattr(whistle, name) for name in names}
    numbers = whistle.cases.order_by("pk").values_list("case__number", flat=True)
    found["numbers"] = " ".join(numbers)
    cited = whistle.items.order_by("pk").values_list("item_id", flat=True)[:items]
    found |= {f"item_{n}": pk for n, pk in enumerate(cited, start=1)}
    called = whistle.summonses.order_by("pk").prefetch_related("tasks")
    for number, one in enumerate(sorted(called, key=lambda s: s.role != Role.LEAD)[:offices], start=1):
        found[f"office_{number}"] = one.office_id
        found[f"tasks_{number}"] = "\n".join(task.text for task in one.tasks.all() if task.meeting_id is None)
    return found
