"""The forms of the switch between routine and emergency: the order itself, the way back, a turn, a roster."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from wangge.cases.web.handling import place_choices
from wangge.duties.models import DutyList
from wangge.kernel.access.models import User
from wangge.kernel.access.scopes import scope
from wangge.kernel.access.web.picking import Options, PickField
from wangge.kernel.calendar.units import Limit, Unit
from wangge.kernel.flow.forms import text_area
from wangge.kernel.periods import in_force
from wangge.organization.models import Office, Staff
from wangge.territory import queries as territory
from wangge.whistle import limits, postures, rosters
from wangge.whistle.enums import LimitName, WhistleKind
from wangge.whistle.models import Roster
from wangge.whistle.models.rosters import LONGEST_TURN_HOURS, MOST_TURNS

PEOPLE = 3000


def places_for(user: Any, permission: str) -> Options:
    """The places where a user holds ``permission``: those granted, and what lies below them."""
    places = place_choices(user, permission)
    known = dict(places)
    granted = [(path, territory.name_of(path)) for path in scope(user, permission).paths]
    return [*(one for one in granted if one[0] not in known), *places]


def offices_beside(path: str) -> Options:
    """Offices that serve a place: of it, below it, above it."""
    rows = Office.objects.filter(valid_to__isnull=True).order_by("path", "pk")
    return [(office.pk, office.name) for office in rows if rosters.beside(office.path, path)]


def people_of(offices: Options) -> Options:
    """Who works in or acts for one of ``offices``."""
    ids = [pk for pk, _ in offices]
    staff = (
        Staff.objects.in_force(timezone.localdate())
        .filter(office_id__in=ids)
        .select_related("user", "office")
        .order_by("office_id", "pk")[:PEOPLE]
    )
    names = [(s.user_id, f"{s.user.display_name}（{s.office.name}）") for s in staff]
    known = {pk for pk, _ in names}
    acting = User.objects.filter(grants__office_id__in=ids, is_active=True).order_by("pk").distinct()[:PEOPLE]
    return names + [(u.pk, u.display_name) for u in acting if u.pk not in known]


class SwitchForm(forms.Form):
    """Over to emergency; limits left empty are the routine ones times the percentage."""

    path = PickField(label="区划", placeholder="输入街道或社区名称")
    title = forms.CharField(label="应急名称", max_length=80, help_text="如：7·20强降雨")
    reason = forms.CharField(label="启动理由", max_length=1000, widget=text_area(2, maxlength=1000))
    until_at = forms.DateTimeField(
        label="预计结束", required=False, widget=forms.DateTimeInput(), help_text="到时自动转回常态；可以不填。"
    )
    percent = forms.IntegerField(
        label="时限比例（%）", min_value=10, max_value=100, initial=100, help_text="50表示各时限减半。"
    )
    radius_m = forms.IntegerField(
        label="签到半径（米）", required=False, min_value=20, max_value=5000, help_text="不填则与常态相同。"
    )
    rosters = forms.ModelMultipleChoiceField(
        label="值守名册",
        queryset=Roster.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="所选名册的人员从启动时起轮班值守，先排7天。",
    )
    lists = forms.ModelMultipleChoiceField(
        label="应急清单",
        queryset=DutyList.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="应急期间可引用这些清单吹哨，包括街道自己的清单。",
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        places = places_for(user, postures.SWITCH)
        self.fields["path"].options = places  # type: ignore[attr-defined]
        books = rosters.visible(user).filter(in_force(today)).order_by("path", "name")
        self.fields["rosters"].queryset = books  # type: ignore[attr-defined]
        lists = DutyList.objects.filter(in_force(today)).order_by("level", "code")
        self.fields["lists"].queryset = lists  # type: ignore[attr-defined]
        home = next((path for path in scope(user, postures.SWITCH).paths), "")
        for kind in WhistleKind:
            held = limits.routine(kind.value, home).of
            for name in LimitName:
                self._limit_fields(kind, name, held[name.value])

    def _limit_fields(self, kind: WhistleKind, name: LimitName, held: Limit) -> None:
        label = f"{kind.label}{name.label}时限"
        whole = f"{label}应为1至{postures.LARGEST_LIMIT}的整数。"
        self.fields[f"{kind.value}_{name.value}_value"] = forms.IntegerField(
            label=label,
            required=False,
            min_value=1,
            max_value=postures.LARGEST_LIMIT,
            help_text=f"常态{held}",
            error_messages={"invalid": whole, "min_value": whole, "max_value": whole},
        )
        self.fields[f"{kind.value}_{name.value}_unit"] = forms.ChoiceField(
            label="单位",
            choices=Unit.choices,
            initial=held.unit,
            required=False,
            error_messages={"invalid_choice": f"请选择{label}的单位。"},
        )

    def clean(self) -> dict[str, Any]:
        clean: dict[str, Any] = super().clean() or self.cleaned_data
        for kind in WhistleKind:
            for name in LimitName:
                field = f"{kind.value}_{name.value}"
                unit_sent = f"{field}_unit" not in self.errors
                if clean.get(f"{field}_value") and unit_sent and not clean.get(f"{field}_unit"):
                    self.add_error(f"{field}_unit", f"请选择{kind.label}{name.label}时限的单位。")
        return clean

    def general(self) -> list[forms.BoundField]:
        """The fields above the limits."""
        return [self[name] for name in ("path", "title", "reason", "until_at", "percent", "radius_m")]

    def kinds(self) -> list[tuple[str, list[tuple[forms.BoundField, forms.BoundField]], bool]]:
        """Per kind its limits as (value, unit), and whether something of it was typed or is wrong."""
        found = []
        for kind in WhistleKind:
            pairs = [
                (self[f"{kind.value}_{name.value}_value"], self[f"{kind.value}_{name.value}_unit"])
                for name in LimitName
            ]
            touched = any(value.value() or value.errors or unit.errors for value, unit in pairs)
            found.append((str(kind.label), pairs, touched or kind == WhistleKind.EMERGENCY))
        return found

    def limits(self) -> dict[tuple[str, str], Limit]:
        """(kind, limit) → what was set by itself."""
        clean = self.cleaned_data
        return {
            (kind.value, name.value): Limit(
                clean[f"{kind.value}_{name.value}_value"], Unit(clean[f"{kind.value}_{name.value}_unit"])
            )
            for kind in WhistleKind
            for name in LimitName
            if clean.get(f"{kind.value}_{name.value}_value")
        }

    def given(self) -> dict[str, Any]:
        names = ("path", "title", "reason", "until_at", "percent", "radius_m", "lists", "rosters")
        return {name: self.cleaned_data[name] for name in names} | {"limits": self.limits()}


class BackForm(forms.Form):
    reason = forms.CharField(label="转回常态的理由", max_length=500, widget=text_area(2))


class _StandingForm(forms.Form):
    """Who stands at which post."""

    post = forms.CharField(label="岗位", max_length=60, help_text="如：指挥长、抢险组、物资组")
    office = PickField(label="单位", placeholder="输入单位名称")
    user = PickField(label="值守人", placeholder="输入姓名")

    def __init__(self, *args: Any, path: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offices = offices_beside(path)
        self.fields["office"].options = offices  # type: ignore[attr-defined]
        self.fields["user"].options = people_of(offices)  # type: ignore[attr-defined]


class DutyForm(_StandingForm):
    """One turn of the roster."""

    from_at = forms.DateTimeField(label="值守起", widget=forms.DateTimeInput())
    to_at = forms.DateTimeField(label="值守止", widget=forms.DateTimeInput())


class RosterForm(forms.Form):
    """A new roster."""

    path = PickField(label="区划", placeholder="输入街道或社区名称")
    name = forms.CharField(label="名册名称", max_length=60, help_text="如：防汛值守、扫雪铲冰值守")
    hours = forms.IntegerField(label="每班小时数", min_value=1, max_value=LONGEST_TURN_HOURS, initial=12)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["path"].options = places_for(user, postures.SWITCH)  # type: ignore[attr-defined]


class MemberForm(_StandingForm):
    """Somebody in a turn of a roster."""

    turn = forms.IntegerField(label="班次", min_value=1, max_value=MOST_TURNS, initial=1, help_text="第几班，从1数起。")
    field_order = ("turn", "post", "office", "user")
