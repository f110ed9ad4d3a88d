"""Two processes, each over a database of its own, that are asked for the same pages in turn: whatever else the machine
does falls on both alike.

A benchmark module has a function ``serve_pages`` that sets Django up and calls ``serve``; ``side`` starts it in a
process of its own, ``in_turn`` asks two of them.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from bench.harness import ROOT, Times


@dataclass(frozen=True, slots=True)
class Page:
    """A page by name, for a user, at addresses that are asked for in turn."""

    user: str
    name: str
    urls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """The times of one page on both sides, round by round: ``first[n]`` and ``second[n]`` were taken together."""

    user: str
    name: str
    first: tuple[Times, ...]
    second: tuple[Times, ...]

    @property
    def before(self) -> Times:
        return _joined(self.first)

    @property
    def after(self) -> Times:
        return _joined(self.second)

    @property
    def growth(self) -> float:
        """The median of what the rounds say: a machine that is slower for some seconds is so for both of a round."""
        return statistics.median(b.p50 / a.p50 for a, b in zip(self.first, self.second, strict=True))


def _joined(rounds: Sequence[Times]) -> Times:
    return Times(tuple(seconds for one in rounds for seconds in one.seconds))


class Side:
    """The process of one side, from outside."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def names(self) -> list[list[str]]:
        return list(self._read())

    def ask(self, number: int, times: int) -> list[float]:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{number} {times}\n")
        self.process.stdin.flush()
        return list(self._read())

    def _read(self) -> Any:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("a side has ended; see its error above")
        return json.loads(line)


@contextmanager
def side(url: str, module: str, **environment: str) -> Iterator[Side]:
    """``serve_pages`` of ``bench.module`` over the database ``url``."""
    process = subprocess.Popen(
        [sys.executable, "-c", f"from bench import {module}; {module}.serve_pages()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ | environment | {"DATABASE_URL": url, "WANGGE_SYSTEM_PROCESS": "0"},
    )
    try:
        yield Side(process)
    finally:
        if process.stdin is not None:
            process.stdin.close()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def in_turn(first: Side, second: Side, *, rounds: int, each: int) -> list[Pair]:
    """Every page asked for ``rounds`` times ``each`` calls of one side, then of the other; who begins takes turns."""
    names = first.names()
    if names != second.names():
        raise AssertionError("the two sides ask for different pages")
    for one in (first, second):
        for number in range(len(names)):
            one.ask(number, 2)
    seen: list[tuple[list[Times], list[Times]]] = [([], []) for _ in names]
    for turn in range(rounds):
        for number, kept in enumerate(seen):
            for which in (0, 1) if turn % 2 == 0 else (1, 0):
                kept[which].append(Times(tuple((first, second)[which].ask(number, each))))
    return [Pair(user, name, tuple(a), tuple(b)) for (user, name), (a, b) in zip(names, seen, strict=True)]


def serve(clients: dict[str, Any], pages: Sequence[Page]) -> None:
    """Print the names of the pages; then, per line ``number times``, the seconds of that many calls."""
    from wangge.config.collector import REQUESTS, keep_what_is_loaded

    keep_what_is_loaded(REQUESTS)  # as a web server does
    print(json.dumps([(page.user, page.name) for page in pages]), flush=True)
    turns = [0] * len(pages)
    for line in sys.stdin:
        number, times = map(int, line.split())
        page, seconds = pages[number], []
        for _ in range(times):
            url = page.urls[turns[number] % len(page.urls)]
            turns[number] += 1
            began = perf_counter()
            response = clients[page.user].get(url)
            seconds.append(perf_counter() - began)
            if response.status_code != 200:
                raise AssertionError(f"{page.name}: {url} answers {response.status_code}")
        print(json.dumps(seconds), flush=True)
