"""Loading the divisions of China, checked and indexed, beside a plain COPY of the same rows."""

from __future__ import annotations

from time import perf_counter

import psycopg

from bench.harness import Result, fresh_database

GOAL = 60


def run(scale: str) -> Result:
    within = "" if scale == "full" else "15"
    url = fresh_database("divisions")
    from wangge.territory.loading import load
    from wangge.territory.releases import shipped

    began = perf_counter()
    release = shipped(within)
    result = load(release=release, within=within)
    ours = perf_counter() - began
    began = perf_counter()
    again = load(release=shipped(within), within=within)
    repeat = perf_counter() - began
    if result.added != len(release.names) or again.added or again.ended or again.renamed:
        raise AssertionError(f"{result} then {again}")
    with psycopg.connect(url) as connection:
        began = perf_counter()
        connection.execute('CREATE TABLE plain (code varchar(12) COLLATE "C" PRIMARY KEY, name varchar(60))')
        with connection.cursor().copy("COPY plain FROM STDIN") as copy:
            copy.write("".join(f"{code}\t{name}\n" for code, name in release.names.items()))
        connection.commit()
        plain = perf_counter() - began
    rows = len(release.names)
    return Result(
        name="divisions",
        value=round(ours, 2),
        unit="s",
        scale=scale,
        reference={"plain COPY": round(plain, 2)},
        ratio=round(ours / plain, 1),
        rows=[
            ["way", "seconds", "rows/s"],
            ["wangge territory load", f"{ours:.2f}", f"{rows / ours:,.0f}"],
            ["the same again (nothing changes)", f"{repeat:.2f}", f"{rows / repeat:,.0f}"],
            ["plain COPY", f"{plain:.2f}", f"{rows / plain:,.0f}"],
        ],
        goal=f"the whole country ≤ {GOAL} s",
        met=ours <= GOAL,
    )
