"""A message as the grouping sees it, and files of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from wangge.insight.grouping.phrases import fold
from wangge.insight.reading import BadFile, table

BODY: Final = 8_000  # characters read of one body
# The column of a file is the first whose heading holds one of these words.
COLUMNS: Final = {
    "id": ("编号", "number", "id"),
    "person": ("用户", "诉求人", "user", "person"),
    "title": ("主题", "标题", "title"),
    "on": ("时间", "日期", "time", "date"),
    "body": ("详情", "内容", "正文", "detail", "body", "text"),
    "likes": ("点赞", "赞成", "likes"),
}
_DAY: Final = re.compile(r"(\d{4})\D(\d{1,2})\D(\d{1,2})")


@dataclass(frozen=True, slots=True)
class Message:
    """``title`` and ``body`` folded (see ``phrases.fold``); ``person`` and ``on`` may be unknown."""

    id: str
    title: str
    body: str
    on: date | None = None
    person: str = ""
    likes: int = 0

    @property
    def text(self) -> str:
        return f"{self.title}\x01{self.body}"


def message(
    *,
    id: str,  # noqa: A002
    title: str,
    body: str,
    on: date | None = None,
    person: str = "",
    likes: int = 0,
) -> Message:
    """A message of raw texts."""
    return Message(id, fold(title), fold(body[:BODY]), on, person, likes)


def read(file: Path, columns: dict[str, str] | None = None) -> list[Message]:
    """The messages of a CSV file; ``columns`` names those whose headings do not say what they are.

    Raises:
        BadFile: no CSV, or no column that could be a title or a body.
    """
    rows = table(file)
    names = _columns(rows[0].keys() if rows else (), columns or {})
    if not {"title", "body"} & set(names):
        raise BadFile(f"{file.name} 没有标题或正文列；现有：{'、'.join(rows[0]) if rows else '无'}")
    found = []
    for at, row in enumerate(rows, start=1):
        given = {field: row.get(name, "").strip() for field, name in names.items()}
        found.append(
            message(
                id=given.get("id") or str(at),
                title=given.get("title", ""),
                body=given.get("body", ""),
                on=day(given.get("on", "")),
                person=given.get("person", ""),
                likes=_number(given.get("likes", "")),
            )
        )
    return found


def _columns(headings: Iterable[str], given: dict[str, str]) -> dict[str, str]:
    known = list(headings)
    missing = [name for name in given.values() if name not in known]
    if missing:
        raise BadFile(f"没有列“{missing[0]}”；现有：{'、'.join(known) or '无'}")
    found = dict(given)
    for field, words in COLUMNS.items():
        name = _first(known, words)
        if field not in found and name is not None:
            found[field] = name
    return found


def _first(headings: Sequence[str], words: Sequence[str]) -> str | None:
    return next((name for word in words for name in headings if word in name.lower()), None)


def day(text: str) -> date | None:
    """The first date in ``text``; None when there is none."""
    match = _DAY.search(text)
    if match is None:
        return None
    try:
        return date(*map(int, match.groups()))
    except ValueError:
        return None


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0
