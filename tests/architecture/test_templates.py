"""Templates: they parse, and the strict content security policy holds in every one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template import engines

SOURCE = Path(__file__).resolve().parents[2] / "src" / "wangge"
TEMPLATES = sorted(SOURCE.rglob("templates/**/*.html"))
LIMIT = 250

INLINE_SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/(?:ld\+)?json\")[^>]*>", re.IGNORECASE)
INLINE_STYLE = re.compile(r"<style\b|<[a-z][^>]*\sstyle\s*=", re.IGNORECASE)
EVENT_HANDLER = re.compile(r"<[a-z][^>]*\son[a-z]+\s*=|javascript:|\shx-on[:-]", re.IGNORECASE)
OTHER_HOST = re.compile(r"(?:src|href)\s*=\s*[\"'](?:https?:)?//", re.IGNORECASE)
UNESCAPED = re.compile(r"\|\s*safe\b|\{%\s*autoescape\s+off")


def name(file: Path) -> str:
    return file.relative_to(SOURCE).as_posix()


@pytest.mark.parametrize("file", TEMPLATES, ids=name)
def test_template_parses(file: Path) -> None:
    engines["django"].from_string(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("pattern", "what"),
    [
        (INLINE_SCRIPT, "inline script"),
        (INLINE_STYLE, "inline style"),
        (EVENT_HANDLER, "event handler attribute"),
        (OTHER_HOST, "asset of another host"),
        (UNESCAPED, "unescaped output"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_no_template_has(pattern: re.Pattern[str], what: str) -> None:
    found = []
    for file in TEMPLATES:
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            if pattern.search(line):
                found.append(f"{name(file)}:{number}")
    assert found == [], what


def test_templates_are_short() -> None:
    assert {name(f): n for f in TEMPLATES if (n := len(f.read_text(encoding="utf-8").splitlines())) > LIMIT} == {}


def test_every_template_lives_below_its_module_name() -> None:
    """``cases/templates/cases/…``: two modules can never shadow each other's templates."""
    wrong = []
    for file in TEMPLATES:
        parts = file.relative_to(SOURCE).parts
        position = parts.index("templates")
        owner = parts[position - 1]
        inside = parts[position + 1]
        if inside != owner and not (owner == "sites" or len(parts) == position + 2):
            wrong.append(name(file))
    assert wrong == []
