#!/usr/bin/env python3
"""Chinese text has Chinese punctuation: ``，：；（）？！``, never ``,:;()?!`` beside a Chinese character.

    scripts/chinese_marks.py --check [PATH…]    names what is wrong (exit code 1)
    scripts/chinese_marks.py --fix   [PATH…]    puts it right

Looked at, below ``src`` and ``tests`` or the PATHs: string literals of Python (no English docstrings, raw strings,
arguments of ``re`` functions, SQL, CSV written in a string), text and shown attributes of templates with the quoted
words in their tags, values of JSON, cells of CSV below the header. Fields (``{…}``, ``{{ … }}``), URLs, character
references, ``key=value,key=value`` and ``[x,y]`` stay as they are, and so does a mark between two fields: write it
right by hand. A literal on a line with ``# marks: off`` is left alone.
"""

from __future__ import annotations

import argparse
import ast
import csv
import io
import re
import sys
import tokenize
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ALL = ",:;()?!"
WIDE = dict(zip(ALL, "，：；（）？！", strict=True))
OFF = "marks: off"
SKIPPED = {"static", "vendor", "node_modules", "__pycache__"}

IDEOGRAPH = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff。]")
# A neighbour that makes a mark Chinese: ideographs, CJK and full-width punctuation, the curved quotes.
CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u4dbf\u4e00-\u9fff\uff00-\uffef“”‘’]")
ENGLISH = re.compile(r"[A-Za-z']{2,} [A-Za-z']{2,} [A-Za-z']{2,}|^The [a-z]+ ")
SQL = re.compile(r"\b(SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|RAISE|COMMENT ON)\b")
# A row of a CSV file: a comma and the end of a line, or a code or a day in the first of several cells.
ROWS = re.compile(r",[^。]*(?:\n|\\n)|^[\w{}.-]+,[^,]*,", re.ASCII)
# Stays as it is, and is unknown to its neighbours.
KEPT = re.compile(
    r"[a-z]+://[\x21-\x7e]*"  # an address
    r"|\b\w*(?:Error|Exception):"  # what Python says of an exception
    r"|\[[^\[\]]*\]"  # notation, as in [经度,纬度]
    r"|&(?:\w+|#\w+);"  # a character reference
    r"|[\w.]+=[^\s,，]*(?:,[\w.]+=[^\s,，]*)+"  # key=value,key=value
    r"|\\(?:N\{[^}]*\}|.)",  # an escape
    re.ASCII | re.DOTALL,
)
UNKNOWN = "\x00"
Spans = Callable[[str], Iterator[tuple[int, int]]]


def widen(text: str, fields: Spans | None = None, *, only: str = ALL) -> str:
    """``text`` with the marks beside Chinese made Chinese. ``fields`` finds the spans that hold code."""
    if not IDEOGRAPH.search(text) or ENGLISH.search(text):
        return text
    marks = list(text)
    for start, end in [*(fields(text) if fields else ()), *(m.span() for m in KEPT.finditer(text))]:
        marks[start:end] = UNKNOWN * (end - start)
    partner = _pairs(marks)
    settled = False
    while not settled:  # a mark made Chinese makes its neighbour so
        settled = True
        for position, mark in enumerate(marks):
            if mark in only and (_chinese(marks, position, -1) or _chinese(marks, position, 1)):
                for at in {position, partner.get(position, position)}:
                    marks[at] = WIDE.get(marks[at], marks[at])
                settled = False
    result = list(text)
    for at, mark in enumerate(marks):
        if mark in (text[at], UNKNOWN):
            continue
        result[at] = mark
        for beside in (at - 1, at + 1):  # a full-width mark brings its own space
            if 0 <= beside < len(text) and marks[beside] == " " and _one_blank(marks, beside):
                result[beside] = ""
    return "".join(result)


def _pairs(marks: list[str]) -> dict[int, int]:
    """Each bracket and the one it belongs to."""
    waiting, partner = [], {}
    for position, mark in enumerate(marks):
        if mark == "(":
            waiting.append(position)
        elif mark == ")" and waiting:
            other = waiting.pop()
            partner[position], partner[other] = other, position
    return partner


def _chinese(marks: list[str], position: int, step: int) -> bool:
    """Whether the next character in that direction, past one blank, is Chinese."""
    beside = position + step
    if 0 <= beside < len(marks) and marks[beside] == " " and marks[position] not in "?!":
        beside += step
    return 0 <= beside < len(marks) and bool(CHINESE.match(marks[beside]))


def _one_blank(marks: list[str], at: int) -> bool:
    return not ((at > 0 and marks[at - 1] == " ") or (at + 1 < len(marks) and marks[at + 1] == " "))


def _braces(text: str) -> Iterator[tuple[int, int]]:
    """``{…}`` with what is nested in it; ``{{`` and ``}}`` are text."""
    depth = start = at = 0
    while at < len(text):
        if depth == 0 and text[at : at + 2] in ("{{", "}}"):
            at += 2
            continue
        if text[at] == "{":
            start, depth = (at, 1) if depth == 0 else (start, depth + 1)
        elif text[at] == "}" and depth:
            depth -= 1
            if depth == 0:
                yield start, at + 1
        at += 1


# -- Python --------------------------------------------------------------------------------------


def python(source: str) -> str:
    kept, patterns = _left_alone(source)
    lines = source.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    pieces, last = [], 0
    for begin, end in _literals(source):
        if begin in kept or any(OFF in lines[number] for number in range(begin[0] - 1, end[0])):
            continue
        first, after = starts[begin[0] - 1] + begin[1], starts[end[0] - 1] + end[1]
        pieces += [source[last:first], _literal(source[first:after], only=",:;" if begin in patterns else ALL)]
        last = after
    return "".join([*pieces, source[last:]])


def _literal(literal: str, *, only: str) -> str:
    found = re.match(r"([A-Za-z]*)(\"\"\"|'''|\"|')", literal)
    assert found is not None
    prefix, quote = found[1].lower(), found[2]
    body = literal[found.end() : -len(quote)]
    if "r" in prefix or "b" in prefix or SQL.search(body):
        return literal
    if ROWS.search(body) and "。" not in body:
        only = only.replace(",", "")
    return literal[: found.end()] + widen(body, _braces, only=only) + quote


def _literals(source: str) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Where each literal begins and ends; an f-string as a whole (since Python 3.12 it is several tokens)."""
    depth, begin = 0, (0, 0)
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        name = tokenize.tok_name[token.type]
        if name in ("FSTRING_START", "TSTRING_START"):
            begin, depth = (token.start, 1) if depth == 0 else (begin, depth + 1)
        elif name in ("FSTRING_END", "TSTRING_END"):
            depth -= 1
            if depth == 0:
                yield begin, token.end
        elif name == "STRING" and depth == 0:
            yield token.start, token.end


def _left_alone(source: str) -> tuple[set[tuple[int, int]], set[tuple[int, int]]]:
    """Where docstrings and patterns begin; where patterns that are sentences (``match=…``) begin."""
    kept, patterns = set(), set()
    lines = source.splitlines(keepends=True)

    def place(node: ast.expr) -> tuple[int, int]:
        return node.lineno, len(lines[node.lineno - 1].encode()[: node.col_offset].decode())

    def strings(node: ast.AST) -> Iterator[ast.expr]:
        return (n for n in ast.walk(node) if isinstance(n, ast.Constant | ast.JoinedStr))

    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            if not _spoken(str(node.value.value)):
                kept.add(place(node.value))
        elif isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name) and called.value.id == "re":
                kept |= {place(one) for argument in node.args[:1] for one in strings(argument)}
            for keyword in node.keywords:
                if keyword.arg == "match":
                    patterns |= {place(one) for one in strings(keyword.value)}
    return kept, patterns


def _spoken(docstring: str) -> bool:
    """Whether it is Chinese: the help of a command. English ones with a Chinese word in them stay."""
    return 2 * len(IDEOGRAPH.findall(docstring)) > len(re.findall(r"[A-Za-z]", docstring))


# -- templates -----------------------------------------------------------------------------------

# What is shown of a tag; the words in quotes in a template tag or expression are shown as well.
SHOWN = re.compile(r'\b(?:title|placeholder|alt|aria-label|label|data-(?:text|title|label|confirm))\s*=\s*"([^"]*)"')
QUOTED = re.compile(r'"([^"]*)"')
CODE = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)
MARKUP = re.compile(
    r"<!--.*?-->|<(script|style)\b.*?</\1>|\{% comment.*?endcomment %\}"
    r"|</?[A-Za-z](?:\{%.*?%\}|\{\{.*?\}\}|\"[^\"]*\"|[^>\"])*>",
    re.DOTALL,
)


def template(source: str) -> str:
    pieces, last = [], 0
    for found in MARKUP.finditer(source):
        pieces.append(_words(source[last : found.start()]))
        tag = found[0]
        whole = tag.startswith(("<!--", "<script", "<style", "{%"))
        pieces.append(tag if whole else SHOWN.sub(lambda m: _inside(m, _words), tag))
        last = found.end()
    return "".join([*pieces, _words(source[last:])])


def _words(text: str) -> str:
    text = CODE.sub(lambda m: QUOTED.sub(lambda q: _inside(q, widen), m[0]) if m[0][1] != "#" else m[0], text)
    # Each line by itself: an English line does not decide for the Chinese one after it.
    return "\n".join(widen(line, lambda t: (m.span() for m in CODE.finditer(t))) for line in text.split("\n"))


def _inside(found: re.Match[str], change: Callable[[str], str]) -> str:
    start, end = found.start(1) - found.start(), found.end(1) - found.start()
    return found[0][:start] + change(found[1]) + found[0][end:]


# -- data ----------------------------------------------------------------------------------------


def json_text(source: str) -> str:
    """The values; names stay."""
    return re.sub(r'"((?:[^"\\]|\\.)*)"(\s*:)?', lambda m: m[0] if m[2] else _inside(m, widen), source)


def csv_text(source: str) -> str:
    """The cells below the header, quoted as need be; a file without a change keeps its bytes."""
    rows = list(csv.reader(io.StringIO(source, newline="")))
    wide = [row if number == 0 else [widen(cell) for cell in row] for number, row in enumerate(rows)]
    if wide == rows:
        return source
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n" if "\r\n" in source else "\n").writerows(wide)
    if list(csv.reader(io.StringIO(out.getvalue(), newline=""))) != wide:
        raise ValueError("the columns would change")
    return out.getvalue()


KINDS: dict[str, Callable[[str], str]] = {
    ".py": python,
    ".html": template,
    ".json": json_text,
    ".csv": csv_text,
}


def files(paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            # This script's own tests hold both sides of every rule.
            own = file.name == "test_chinese_marks.py"
            if file.suffix in KINDS and SKIPPED.isdisjoint(file.parts) and file.is_file() and not own:
                yield file


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    how = parser.add_mutually_exclusive_group(required=True)
    how.add_argument("--check", action="store_true")
    how.add_argument("--fix", action="store_true")
    parser.add_argument("paths", nargs="*", type=Path, default=[ROOT / "src", ROOT / "tests"])
    asked = parser.parse_args()
    wrong = failed = 0
    for file in files(asked.paths):
        with file.open(encoding="utf-8", newline="") as handle:
            before = handle.read()
        try:
            after = KINDS[file.suffix](before)
        except (SyntaxError, ValueError, tokenize.TokenError) as error:
            print(f"{file}: {error}", file=sys.stderr)
            failed += 1
            continue
        if after == before:
            continue
        wrong += 1
        if asked.fix:
            with file.open("w", encoding="utf-8", newline="") as handle:
                handle.write(after)
            print(file)
        else:
            for number, (old, new) in enumerate(zip(before.split("\n"), after.split("\n"), strict=False), start=1):
                if old != new:
                    print(f"{file}:{number}: {new.strip()[:120]}")
    return 1 if failed or (wrong and asked.check) else 0


if __name__ == "__main__":
    sys.exit(main())
