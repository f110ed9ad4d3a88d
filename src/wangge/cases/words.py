"""Searching Chinese text without an extension: overlapping pairs of characters as lexemes.

``vector`` turns text into a ``tsvector`` literal (pairs with positions), ``query`` a search into a
``tsquery`` of adjacent pairs, so a phrase of two or more characters is found exactly, by a GIN index.

A number counts as one character where it stands beside Chinese: 友谊路105号 is 友谊, 谊路, 路105 and 105号. A road and
a number each are in thousands of cases, the two together in those of one gate: 谊路105 is a lexeme too, and so is the
number by itself.

Beside its words a case has marks: ``π150203001``, its street (or what is known of it), and ``ω17`` for every office
that has a part in it. What is typed is read without Greek, hence never one of them; they let the index find a street's
or an office's own cases with a word without reading everybody's. A trigger keeps them when a case moves
(``MARKS_SQL``).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final

from django.contrib.postgres.search import SearchVectorField
from django.db.models import Value
from django.db.models.functions import Cast

from wangge.cases.models import Case
from wangge.cases.streets import STREET

# Beyond this the words are not indexed (a tsvector position ends at 16,383).
INDEXED: Final = 600
# A character may become eighteen when its form is made plain.
_AT: Final = tuple(f":{position}" for position in range(20 * INDEXED))
_TOUCHING: Final = re.compile(r"[0-9a-z\u3400-\u9fff]+")
_WORD: Final = re.compile(r"[0-9a-z]+|[\u3400-\u9fff]+")
_LATIN: Final = re.compile("[0-9a-z]").search
_WITHIN: Final = frozenset("号院栋幢座楼元层室户门")
_DIGIT: Final = re.compile("[0-9]").search
# In a text a space beside a number separates nothing, as in 友谊路 105 号; in a search it stands between two words.
_SPACED: Final = re.compile(r"(?<=[\u3400-\u9fff]) +(?=[0-9])|(?<=[0-9a-z]) +(?=[\u3400-\u9fff])")


# Units in a row, each a character, a number or a word, and at which places of the row numbers (or the word) stand.
_Run = tuple[Sequence[str], Sequence[int]]


def _runs(text: str) -> list[_Run]:
    """The Chinese runs, latin words by themselves, and numbers together with the Chinese they touch."""
    runs: list[_Run] = []
    for touching in _TOUCHING.findall(text):
        if not _LATIN(touching):
            runs.append((touching, ()))
        elif touching.isascii():
            runs.append(((touching[:40],), (0,)))
        else:
            runs += _mixed(touching)
    return runs


def _mixed(touching: str) -> Iterator[_Run]:
    run: list[str] = []
    numbers: list[int] = []
    for piece in _WORD.findall(touching):
        if not piece.isascii():
            run += piece
        elif _DIGIT(piece):
            numbers.append(len(run))
            run.append(piece[:40])
        else:
            if run:
                yield run, numbers
                run, numbers = [], []
            yield (piece[:40],), (0,)
    if run:
        yield run, numbers


def _gates(run: Sequence[str], numbers: Sequence[int]) -> list[str]:
    """Each number of a run with the two characters before it, but not where it counts within a yard or a house."""
    return ["".join(run[at - 2 : at + 1]) for at in numbers if at > 1 and run[at - 1] not in _WITHIN]


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()


def vector(*texts: str) -> str:
    """The ``tsvector`` of the texts as a literal: ``噪音:1 音扰:2 …`` (a gap between runs)."""
    text = _plain("\n".join(texts)[:INDEXED])
    words: list[str] = []
    position = 1
    for run, numbers in _runs(_SPACED.sub("", text) if " " in text else text):
        if len(run) == 1:
            words.append(f"{run[0]}:{position}")
        else:
            words += map("".join, zip(run, run[1:], _AT[position : position + len(run)], strict=False))
            if numbers:
                words += [f"{run[at]}:{position + at}" for at in numbers]
                words += [f"{gate}:{position}" for gate in _gates(run, numbers)]
                if numbers[-1] == len(run) - 2:  # the last begins no pair by which it would be found alone
                    words.append(f"{run[-1]}:{position + len(run) - 1}")
        position += len(run)
    return " ".join(words)


def case_vector(title: str, address: str, text: str, marks: Iterable[str]) -> str:
    """The words of a case and its marks. A title that is only the beginning of the text says nothing more."""
    words = vector(address, text) if text.startswith(title) else vector(title, address, text)
    return " ".join([words, *marks])


def vector_of(case: Case) -> str:
    """What ``CaseText.vector`` of the case is to be, as a literal."""
    return case_vector(case.title, case.address, case.text, marks_of(case.path, case.office_ids))


def as_vector(case: Case) -> Cast:
    """The same as an expression."""
    return Cast(Value(vector_of(case)), SearchVectorField())


def place_mark(path: str) -> str:
    return f"π{path[:STREET]}"


def office_mark(office_id: int | str) -> str:
    return f"ω{office_id}"


def marks_of(path: str, office_ids: Iterable[int]) -> list[str]:
    return [place_mark(path), *map(office_mark, office_ids)]


def query(text: str) -> str:
    """The ``tsquery`` for a search; empty when nothing searchable is left."""
    phrases, singles = phrases_of(text)
    return " & ".join(part for part in (as_query(phrases), singles) if part)


def phrases_of(text: str) -> tuple[list[tuple[str, ...]], str]:
    """The lexemes of each run of two characters or more, and the ``tsquery`` of single characters."""
    phrases, singles = [], []
    for run, numbers in _runs(_plain(text[:200])):
        if len(run) > 1:
            phrases.append(tuple(a + b for a, b in pairwise(run)))
            phrases += [(gate,) for gate in _gates(run, numbers)]
        elif run[0].isascii():
            phrases.append((run[0],))
        else:
            singles.append(f"'{run[0]}':*")
    return phrases, " & ".join(singles)


def as_query(phrases: Iterable[tuple[str, ...]]) -> str:
    """The ``tsquery`` that asks for all of ``phrases``, each in its order."""
    return " & ".join("(" + " <-> ".join(f"'{pair}'" for pair in phrase) + ")" for phrase in phrases)


def any_of(marks: Iterable[str]) -> str:
    """The ``tsquery`` that asks for any of ``marks``."""
    return " | ".join(f"'{mark}'" for mark in marks)


_MARKS_OF: Final = "ARRAY['π' || left({row}.path, 9)] || ARRAY(SELECT 'ω' || o FROM unnest({row}.office_ids) AS o)"
MARKS_SQL: Final = f"""
CREATE FUNCTION cases_marks_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE cases_casetext
    SET vector = ts_delete(vector, {_MARKS_OF.format(row="OLD")}) || array_to_tsvector({_MARKS_OF.format(row="NEW")})
    WHERE case_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER cases_marks_follow AFTER UPDATE OF path, office_ids ON cases_case FOR EACH ROW
    WHEN (left(OLD.path, 9) <> left(NEW.path, 9) OR OLD.office_ids <> NEW.office_ids)
    EXECUTE FUNCTION cases_marks_follow();
"""  # noqa: S608 - our own SQL in pieces
MARK_ALL_SQL: Final = f"""
UPDATE cases_casetext AS t SET vector = t.vector || array_to_tsvector({_MARKS_OF.format(row="c")})
FROM cases_case AS c WHERE c.id = t.case_id;
"""  # noqa: S608 - our own SQL in pieces
DROP_MARKS_SQL: Final = """
DROP TRIGGER cases_marks_follow ON cases_case;
DROP FUNCTION cases_marks_follow();
"""
