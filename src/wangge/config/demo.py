"""The demo district: asks ``wangge.demo`` to build it, once, and lists who may sign in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody the visitor can be. ``path`` is the page to open first."""

    username: str
    password: str
    label: str
    path: str = "/"


def build(*, say: Callable[[str], Any] = print, small: bool = False) -> Sequence[Account]:
    """Build the demo district if it is not there yet; return its accounts.

    ``wangge.demo.build.build(say=…, small=…)`` does the work and returns ``Account`` rows; it must find
    its own earlier result and leave it as it is.
    """
    if find_spec("wangge.demo") is None:
        say("演示数据尚未提供。")
        return ()
    accounts: Sequence[Account] = import_module("wangge.demo.build").build(say=say, small=small)
    return accounts


def table(accounts: Sequence[Any]) -> str:
    """The accounts as aligned text (Chinese characters are two columns wide)."""
    if not accounts:
        return "（没有演示账号）"
    rows = [("账号", "密码", "身份", "入口"), *((a.username, a.password, a.label, a.path) for a in accounts)]
    widths = [max(_width(row[i]) for row in rows) for i in range(4)]
    return "\n".join("  ".join(cell + " " * (widths[i] - _width(cell)) for i, cell in enumerate(row)) for row in rows)


def _width(text: str) -> int:
    return sum(2 if ord(character) > 0x2E7F else 1 for character in text)
