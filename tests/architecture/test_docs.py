"""The documents: links lead somewhere, the glossary is one to one, decisions are numbered, commands exist."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")


@cache
def glossary() -> list[tuple[str, str, str]]:
    """(Chinese, English, name in code) of every row."""
    rows = []
    for line in (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and len(cells) == 4 and cells[0] != "中文":
            rows.append((cells[0], cells[1], cells[2]))
    return rows


@cache
def source() -> str:
    files = [file for file in (ROOT / "src").rglob("*.py") if "migrations" not in file.parts]
    return "\n".join([*(file.read_text(encoding="utf-8") for file in files), *(file.stem for file in files)])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    targets = [t for t in LINK.findall(page.read_text(encoding="utf-8")) if not t.startswith(("http:", "https:"))]
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_the_glossary_has_at_least_120_terms() -> None:
    assert len(glossary()) >= 120


@pytest.mark.parametrize("column", [0, 1])
def test_no_term_and_no_word_stands_twice(column: int) -> None:
    seen = [row[column] for row in glossary()]
    assert sorted({word for word in seen if seen.count(word) > 1}) == []


def test_every_name_of_the_glossary_is_in_the_code() -> None:
    names = [match.group(1) for row in glossary() if (match := re.fullmatch(r"`(.+)`", row[2]))]
    assert [name for name in names if not re.search(rf"\b{re.escape(name)}\b", source())] == []


def test_decisions_are_numbered_without_a_gap() -> None:
    numbers = [int(file.name[:4]) for file in sorted((ROOT / "docs" / "adr").glob("*.md"))]
    assert numbers == list(range(1, len(numbers) + 1))


def test_every_decision_says_context_decision_and_consequences() -> None:
    parts = ("**Context.**", "**Decision.**", "**Consequences.**")
    incomplete = [
        file.name
        for file in sorted((ROOT / "docs" / "adr").glob("*.md"))
        if not all(part in file.read_text(encoding="utf-8") for part in parts)
    ]
    assert incomplete == []


def test_every_make_target_named_in_the_documents_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {
        target
        for page in PAGES
        for target in re.findall(r"(?:^|`)make ([a-z-]+)", page.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert named - targets == set()


def test_every_setting_named_in_the_deployment_page_is_read() -> None:
    page = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(WANGGE_[A-Z_]+)`", page))
    assert sorted(name for name in named if name not in source()) == []
