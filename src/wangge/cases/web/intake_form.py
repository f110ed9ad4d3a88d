"""The form of the intake desk, and what is suggested while it fills."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from wangge.cases import policy, repeats
from wangge.cases.actions import Asker, Place
from wangge.cases.dispatching import Plan, out_of_reach, plans
from wangge.cases.enums import Channel, DemandType, Disposition, Urgency
from wangge.cases.models import Case
from wangge.cases.web.forms import FilesField
from wangge.cases.web.handling import kind_choices, place_choices
from wangge.duties.models import Kind
from wangge.duties.suggestion import KindSuggestion, suggest_kinds
from wangge.kernel.access.scopes import permissions, scope
from wangge.kernel.access.web.picking import PickField
from wangge.kernel.flow.forms import text_area
from wangge.territory import queries as territory
from wangge.territory.gazetteer import Match, address_to_path

DESK: Final = (Channel.HOTLINE, Channel.WINDOW, Channel.VISIT, Channel.MEDIA, Channel.DEPUTY, Channel.SUGGESTION)
SUGGESTING: Final = (Channel.DEPUTY, Channel.SUGGESTION)
# A suggested kind is taken by itself when it is this sure, or far ahead of the next; the person sees it and may move.
SURE_KIND: Final = 0.25
FAR_AHEAD: Final = 2.0
SURE_PLACE: Final = 0.5
REPEAT_DAYS: Final = 90
STREET: Final = 9


def channels(user: Any) -> list[tuple[str, str]]:
    """The channels this user takes matters in by."""
    wide = "cases.create" in permissions(user)
    return [(str(c.value), str(c.label)) for c in DESK if wide or c in SUGGESTING]


class IntakeForm(forms.Form):
    """A matter as it is told. ``kind_id`` and ``path`` picked by hand go before the suggested ones."""

    token = forms.UUIDField(required=False, widget=forms.HiddenInput)
    channel = forms.ChoiceField(label="渠道")
    phone = forms.CharField(label="电话", required=False, max_length=30)
    name = forms.CharField(label="称呼", required=False, max_length=60)
    is_anonymous = forms.BooleanField(label="匿名", required=False)
    is_private = forms.BooleanField(label="保密", required=False)
    reply_wanted = forms.BooleanField(label="要求回复", required=False)
    demand_type = forms.ChoiceField(
        label="诉求类型", choices=DemandType.choices, widget=forms.RadioSelect(attrs={"class": "form-check-input"})
    )
    urgency = forms.ChoiceField(label="紧急程度", choices=Urgency.choices)
    address = forms.CharField(label="地点", required=False, max_length=200)
    text = forms.CharField(label="内容", max_length=20000, widget=text_area(6, maxlength=20000))
    title = forms.CharField(label="标题", required=False, max_length=120, help_text="留空则取内容的第一行。")
    kind_id = PickField(label="手工选择类别", required=False, placeholder="输入类别名称或编码")
    path = PickField(label="手工选择社区", required=False, placeholder="输入社区名称")
    disposition = forms.ChoiceField(
        label="不予派单的类别",
        required=False,
        choices=[("", "—"), *((d.value, d.label) for d in Disposition if d != Disposition.ANSWERED)],
    )
    told = forms.CharField(label="答复或告知语", required=False, max_length=5000, widget=text_area(4, maxlength=5000))
    proof = FilesField(label="附件")

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)
        self.fields["channel"].choices = channels(user)  # type: ignore[attr-defined]
        self.fields["kind_id"].options = kind_choices()  # type: ignore[attr-defined]
        self.places = place_choices(user, "cases.create") or place_choices(user, "cases.suggest")
        self.fields["path"].options = self.places  # type: ignore[attr-defined]

    def clean_phone(self) -> str:
        return "".join(str(self.cleaned_data["phone"]).split()).replace("-", "")


@dataclass(slots=True)
class Help:
    """What the desk shows beside the form. ``kind_id`` and ``path`` are those that will be filed."""

    history: list[Case] = field(default_factory=list)
    calls: int = 0
    places: list[Match] = field(default_factory=list)
    kinds: list[KindSuggestion] = field(default_factory=list)
    similar: list[repeats.Repeat] = field(default_factory=list)
    found: list[Plan] = field(default_factory=list)
    kind_id: int | None = None
    kind_name: str = ""
    path: str = ""
    place_name: str = ""
    root_id: int | None = None
    beyond: bool = False  # the first plan is for the district to take
    vague: bool = False  # something was said, but no street is known from it


def _within(user: Any) -> list[str]:
    return list(scope(user, "cases.create").paths or scope(user, "cases.suggest").paths)


def _picked(form: IntakeForm, name: str) -> Any:
    """The value of a pick field, or None while what is typed fits nothing yet."""
    try:
        return form.fields[name].clean(form.data.get(name, ""))
    except ValidationError:
        return None


def _chosen(data: Any, name: str, offered: list[str], best: str) -> str:
    """The radio of the last answer when a person moved it; otherwise the best of now."""
    value, auto = data.get(name, ""), data.get(f"{name}_auto", "")
    return value if value in offered and value != auto else best


def help_for(form: IntakeForm, user: Any) -> Help:
    """Everything that can be known from what is typed so far. Never raises on half a form."""
    data = form.data
    help_ = Help()
    phone = "".join(str(data.get("phone", ""))[:30].split()).replace("-", "")
    if len(phone) >= 7 and "cases.read_requester" in permissions(user):
        # Whose requester the user may not read, of that caller nothing is told here either.
        readable = repeats.caller_history(user, phone, limit=50)
        help_.history = [c for c in readable if policy.may_read_requester(user, c)][:6]
        help_.calls = repeats.caller_count(phone, since=timezone.now() - timedelta(days=REPEAT_DAYS))
    text, address = str(data.get("text", ""))[:2000], str(data.get("address", ""))[:200]
    _place(form, help_, f"{address} {text}", _within(user))
    _kind(form, help_, text)
    if text.strip() and help_.path:
        help_.similar = repeats.similar(user, text=text, path=help_.path, kind_id=help_.kind_id)
    root = str(data.get("root", ""))
    if root.isdecimal() and any(r.case.pk == int(root) for r in help_.similar):
        help_.root_id = int(root)
    help_.found = plans(
        kind_id=help_.kind_id,
        path=help_.path,
        channel=str(data.get("channel", "")),
        demand_type=str(data.get("demand_type", "")),
        urgent=data.get("urgency", Urgency.NORMAL) != Urgency.NORMAL,
    )[:3]
    within = policy.dispatch_path(user, Case(path=help_.path))
    help_.beyond = bool(help_.found) and out_of_reach(help_.found[0], within)
    return help_


def _place(form: IntakeForm, help_: Help, said: str, within: list[str]) -> None:
    if said.strip():
        found = [m for root in within for m in address_to_path(said, root)]
        help_.places = sorted(found, key=lambda m: -m.score)[:4]
    best = help_.places[0].path if help_.places and help_.places[0].score >= SURE_PLACE else ""
    chosen = _chosen(form.data, "path_pick", [m.path for m in help_.places], best)
    help_.path = str(_picked(form, "path") or chosen or (within[0] if within else ""))
    help_.place_name = territory.full_name(help_.path)
    help_.vague = bool(said.strip()) and len(help_.path) < STREET


def _stands_out(scores: list[float]) -> bool:
    if not scores:
        return False
    second = scores[1] if len(scores) > 1 else 0.0
    return scores[0] >= SURE_KIND or scores[0] >= FAR_AHEAD * second


def _kind(form: IntakeForm, help_: Help, text: str) -> None:
    if len(text.strip()) >= 2:
        help_.kinds = suggest_kinds(text, limit=4)
    best = str(help_.kinds[0].kind_id) if _stands_out([k.score for k in help_.kinds]) else ""
    chosen = _chosen(form.data, "kind_pick", [str(k.kind_id) for k in help_.kinds], best)
    picked = _picked(form, "kind_id") or (int(chosen) if chosen else None)
    help_.kind_id = picked
    help_.kind_name = dict(form.fields["kind_id"].options).get(picked, "")  # type: ignore[attr-defined]


def filing(form: IntakeForm, help_: Help) -> dict[str, Any]:
    """The arguments of ``file_case`` from a valid form."""
    clean = form.cleaned_data
    anonymous = clean["is_anonymous"]
    return {
        "channel": clean["channel"],
        "demand_type": clean["demand_type"],
        "urgency": clean["urgency"],
        "text": clean["text"],
        "title": clean["title"],
        "place": Place(path=help_.path, address=clean["address"]),
        "kind": Kind.objects.filter(pk=help_.kind_id).first() if help_.kind_id else None,
        "asker": Asker() if anonymous else Asker(name=clean["name"], phone=clean["phone"]),
        "is_private": clean["is_private"],
        "is_anonymous": anonymous,
        "reply_wanted": clean["reply_wanted"],
    }
