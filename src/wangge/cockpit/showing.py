"""A frozen page made ready for the screen, the mail and the printed page: only addresses are added, and those that
its reader may not open are taken away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.urls import reverse
from django.utils import timezone

from wangge.cockpit import content, tracing
from wangge.cockpit.models import Brief
from wangge.kernel.access.routes import opens

ADDRESSES: Final = ("url", "cases_url")


def context(brief: Brief, reader: Any = None) -> dict[str, Any]:
    """The content with an address beside every number. A page is made for a place and read by several people: with
    ``reader``, matters that this person's roles do not open stand without their address."""
    told: dict[str, Any] = brief.content
    standing = told["standing"]
    return {
        "brief": brief,
        "name": told["name"],
        "day": told["day"],
        "weekday": told["weekday"],
        "weeks": told["weeks"],
        "late_made": told["late_made"],
        "headline": told["headline"],
        "figures": _linked(told["figures"]),
        "rose": [_readable(one, reader) for one in _linked(told["rose"])],
        # Pages of the first version know neither needs nor the addresses that are None below.
        "needs": _linked(told.get("needs", [])),
        "late": _one(told["late"]) | {"offices": _linked(told["late"]["offices"]), "rest_url": _rest(told["late"])},
        "danger": _one(told["danger"])
        | {"open_url": tracing.address(told["danger"]["open_trace"]), "late_url": _late_danger(brief)},
        "best": _linked(standing["best"]),
        "worst": _linked(standing["worst"]),
        "few": standing["few"],
        "praise": standing["praise"],
        "praise_url": tracing.address(standing["praise_trace"]) if "praise_trace" in standing else None,
        "decide": _readable(told["decide"], reader) if told["decide"] else None,
        "genuine": is_genuine(brief),
    }


def _rest(late: Mapping[str, Any]) -> str | None:
    return tracing.address(late["rest_trace"]) if "rest_trace" in late else None


def _late_danger(brief: Brief) -> str | None:
    known = brief.pk is not None and "late_ids" in brief.content["danger"]
    return reverse("brief_late_danger", args=[brief.pk]) if known else None


def _linked(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [_one(row) for row in rows]


def _one(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "url": tracing.address(row["trace"]) if "trace" in row else row.get("url", "")}


def _readable(row: Mapping[str, Any], reader: Any) -> dict[str, Any]:
    shut = [name for name in ADDRESSES if reader is not None and row.get(name) and not opens(reader, row[name])]
    return {**row, **dict.fromkeys(shut, "")}


def is_genuine(brief: Brief) -> bool:
    """Whether the page is still what was frozen."""
    found = content.digest(path=brief.path, office_id=brief.office_id, for_on=brief.for_on, content=brief.content)
    return found == brief.digest


def made(brief: Brief) -> str:
    """When the page was made, in local time."""
    return f"{timezone.localtime(brief.made_at):%Y-%m-%d %H:%M}"
