"""Checking many replies of a file, each against those of the same office that stand beside it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from wangge.insight.replies.checking import Hint, check
from wangge.insight.replies.sketch import likeness, sketch


def run(
    rows: Sequence[Mapping[str, str]], question: Sequence[str], reply: str, office: str = ""
) -> Iterator[tuple[Mapping[str, str], list[Hint]]]:
    """Each row with its hints. Without the column ``office`` nothing is compared."""
    by_office: defaultdict[str, list[tuple[tuple[int, ...], tuple[int, ...]]]] = defaultdict(list)
    for row in rows:
        asked = "\n".join(row[name] for name in question)
        if not office:
            yield row, check(asked, row[reply])
            continue
        own = sketch(row[reply])
        others = by_office[row[office]]
        yield row, check(asked, row[reply], likeness(own, others[-300:]))
        others.append((own.pieces, tuple(own.sentences)))
