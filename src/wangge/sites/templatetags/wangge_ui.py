"""The components: ``{% load wangge_ui %}``. Shown all together on ``/design/``; markup in ``components/*.html``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django import forms, template
from django.template.context import RequestContext
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from wangge.kernel.listing import html
from wangge.kernel.periods import standing
from wangge.sites.desk.menu import may_search, open_sections
from wangge.sites.field.tabs import Tab, open_tabs

register = template.Library()

register.simple_tag(html.icon, name="icon")
register.simple_tag(html.badge, name="badge")
register.simple_tag(html.badge, name="state_badge")
register.simple_tag(html.due_chip, name="due_chip")
register.simple_tag(html.clock_chip, name="clock_chip")


register.filter("figure", html.figure)


@register.filter(name="moment")
def moment(at: datetime | None) -> str:
    """``{{ case.created_at|moment }}``: 今天 09:30."""
    return html.moment(at)


@register.inclusion_tag("components/empty.html")
def empty_state(title: str, hint: str = "", icon: str = "inbox", url: str = "", action: str = "") -> dict[str, object]:
    """Nothing here, and what to do about it."""
    return {"title": title, "hint": hint, "icon": icon, "url": url, "action": action}


@register.inclusion_tag("components/stat.html")
def stat_card(
    label: str, value: object, *, url: str = "", icon: str = "", tone: str = "neutral", hint: str = ""
) -> dict[str, object]:
    """One figure. ``url`` leads to the rows behind it: every figure can be traced."""
    return {"label": label, "value": value, "url": url, "icon": icon, "tone": tone, "hint": hint}


@register.inclusion_tag("components/validity.html")
def validity(row: Any) -> dict[str, object]:
    """Whether a row with a period holds, holds later or is over, and its days."""
    return {"row": row, "standing": standing(row, timezone.localdate())}


@register.inclusion_tag("components/timeline.html")
def timeline(entries: Iterable[Mapping[str, object] | Any], empty: str = "还没有记录") -> dict[str, object]:
    """What happened. Entries have ``at``, ``title`` and perhaps ``who, office, note, tone, icon``."""
    return {"entries": entries, "empty": empty}


@register.inclusion_tag("components/reason_modal.html", takes_context=True)
def reason_modal(
    context: RequestContext,
    id: str,  # noqa: A002 (the attribute's own name)
    title: str,
    action: str,
    *,
    button: str = "确定",
    text: str = "",
    needs_reason: bool = False,
    reason_label: str = "理由",
    tone: str = "primary",
    form: forms.BaseForm | None = None,
    hidden: Mapping[str, object] | None = None,
) -> dict[str, object]:
    """A dialog that posts to ``action``; open it with ``data-bs-toggle="modal" data-bs-target="#id"``.

    ``needs_reason`` asks for the field ``reason``; ``form`` adds fields, ``hidden`` adds hidden values
    (for a flow step: ``seen``, the version the user looked at).
    """
    return {
        "id": id,
        "title": title,
        "action": action,
        "button": button,
        "text": text,
        "needs_reason": needs_reason,
        "reason_label": reason_label,
        "tone": tone,
        "form": form,
        "hidden": hidden or {},
        "csrf_token": context.get("csrf_token"),
    }


def styled(bound: forms.BoundField, extra: str = "") -> SafeString:
    """The control with the design system's class and its error and help texts tied to it."""
    widget = bound.field.widget
    css = "form-control"
    if isinstance(widget, forms.CheckboxInput):
        css = "form-check-input"
    elif isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        css = "wg-choices"
    elif isinstance(widget, forms.Select):
        css = "form-select"
    css = " ".join(filter(None, [str(widget.attrs.get("class", "")), css, extra, "is-invalid" if bound.errors else ""]))
    attrs: dict[str, str | bool] = {"class": css}
    if bound.errors:
        attrs |= {"aria-invalid": "true", "aria-describedby": f"{bound.id_for_label}_error"}
    if isinstance(widget, forms.DateTimeInput):
        widget.input_type, widget.format = "datetime-local", "%Y-%m-%dT%H:%M"
    elif isinstance(widget, forms.DateInput):
        widget.input_type, widget.format = "date", "%Y-%m-%d"
    return bound.as_widget(attrs=attrs)


@register.inclusion_tag("components/field.html")
def field(bound: forms.BoundField, css: str = "") -> dict[str, object]:
    """One form field: label, control, help, errors."""
    return {
        "field": bound,
        "control": styled(bound, css),
        "checkbox": isinstance(bound.field.widget, forms.CheckboxInput),
    }


@register.inclusion_tag("components/form_fields.html")
def form_fields(form: forms.BaseForm) -> dict[str, object]:
    """The error summary and every field of the form."""
    return {"form": form}


@register.inclusion_tag("components/form_errors.html")
def form_errors(form: forms.BaseForm) -> dict[str, object]:
    """The summary above a form: what to correct, each a link to its field."""
    return {"form": form}


@register.inclusion_tag("components/map.html")
def map_view(
    url: str = "",
    *,
    lng: object = "",
    lat: object = "",
    pick: str = "",
    height: str = "md",
    label: str = "地图",
) -> dict[str, object]:
    """An offline map: features of the GeoJSON at ``url`` and a marker at ``lng, lat`` (WGS-84).

    ``pick`` names the inputs to fill when the user sets the marker: ``"id_lng,id_lat"``.
    """
    return {"url": url, "lng": lng, "lat": lat, "pick": pick, "height": height, "label": label}


@register.inclusion_tag("components/chart.html")
def chart(url: str, label: str, height: str = "md") -> dict[str, object]:
    """A chart from the ECharts option (JSON) at ``url``; ``label`` says it for screen readers."""
    return {"url": url, "label": label, "height": height}


@register.inclusion_tag("components/position.html")
def position_button(
    lng: str = "id_lng", lat: str = "id_lat", accuracy: str = "", label: str = "使用我的位置"
) -> dict[str, object]:
    """Fills the inputs with those ids from the phone's position (WGS-84, metres)."""
    return {"lng": lng, "lat": lat, "accuracy": accuracy, "label": label}


@register.inclusion_tag("components/photos.html")
def photo_picker(name: str = "photos", limit: int = 9, label: str = "拍照或选图") -> dict[str, object]:
    """A file input for photos, scaled down in the browser to 1,920 px before they are sent."""
    return {"name": name, "limit": limit, "label": label}


@register.inclusion_tag("components/files.html")
def file_list(files: Iterable[Any]) -> dict[str, object]:
    """Attachments as they are offered everywhere: pictures small, other files with size and remark (signed)."""
    return {"files": files}


@register.inclusion_tag("components/desk_menu.html", takes_context=True)
def desk_menu(context: RequestContext) -> dict[str, object]:
    """The sections and items this user may open."""
    request = context.get("request")
    return {"sections": open_sections(request) if request is not None else []}


@register.filter
def searches(user: Any) -> bool:
    """``{% if user|searches %}``: whether the search box is for this user."""
    return may_search(user)


@register.simple_tag(name="field_tabs", takes_context=True)
def field_tabs(context: RequestContext) -> list[Tab]:
    """The bottom bar of the phone."""
    request = context.get("request")
    return open_tabs(request) if request is not None else []


def _first_url(*names: str, default: str) -> str:
    for name in names:
        try:
            return reverse(name)
        except NoReverseMatch:
            continue
    return default


@register.simple_tag
def login_url() -> str:
    return _first_url("login", "access:login", default="/login/")


@register.simple_tag
def logout_url() -> str:
    return _first_url("logout", "access:logout", default="/logout/")


@register.simple_tag
def account_links() -> list[dict[str, str]]:
    """Pages about the user's own account: those that exist."""
    wanted = (
        ("password_change", "key", "修改密码"),
        ("totp", "device-mobile", "动态口令"),
        ("listing_exports", "file-spreadsheet", "我的导出"),
    )
    found = [(_first_url(name, default=""), icon, label) for name, icon, label in wanted]
    return [{"url": url, "icon": icon, "label": label} for url, icon, label in found if url]
