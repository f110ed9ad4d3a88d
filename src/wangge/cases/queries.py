"""Reads with more than one caller: searching, the story of a case, counts for lists and screens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchQuery
from django.db.models import BigIntegerField, BooleanField, F, Func, QuerySet, Value

from wangge.cases import frequencies, tallies
from wangge.cases.enums import ClockName
from wangge.cases.models import Case, CaseQuerySet, CaseText, Requester
from wangge.cases.streets import STREET
from wangge.cases.words import any_of, as_query, office_mark, phrases_of, place_mark
from wangge.kernel.access.personal import blind_index
from wangge.kernel.access.scopes import Scope, scope

# So many keys are handed to the database at most.
FEW: Final = 10_000
R = TypeVar("R", bound="QuerySet[Any]")


def _digits(text: str) -> str:
    digits = text.replace("-", "").replace(" ", "")
    return digits if digits.isdigit() else ""


def looks_like_phone(text: str) -> bool:
    """Whether ``search`` takes ``text`` for a phone: the caller first narrows to requesters the user may read."""
    return 7 <= len(_digits(text)) <= 13


def search(rows: CaseQuerySet, text: str, *, within: Scope | None = None) -> CaseQuerySet:
    """``rows`` narrowed to a number, a phone or words, whichever ``text`` looks like.

    ``within``: the scope that ``rows`` are narrowed to already, which spares reading what lies outside.
    """
    text = text.strip()
    if not text:
        return rows
    digits = _digits(text)
    if len(digits) >= 15:
        return rows.filter(number=digits)
    if looks_like_phone(text):
        by_phone = Requester.objects.filter(phone_index=blind_index(digits, "phone")).values("case_id")
        return rows.filter(pk__in=by_phone)
    return _matching(rows, "words__vector", text, _marks(within) if within is not None else ())


def _marks(seen: Scope) -> tuple[str, ...]:
    """Every case in the scope has one of these; none where it is wider than a street."""
    if any(len(path) < STREET for path in seen.paths):
        return ()
    return (*dict.fromkeys(place_mark(path) for path in seen.paths), *map(office_mark, seen.offices))


def _matching(rows: R, vector: str, text: str, marks: Sequence[str] = (), *, exactly: bool = False) -> R:
    """``rows`` whose words hold those of ``text``: the rarest by the index, the rest among what it finds.

    ``marks``: ``rows`` have one of them; where nothing else says so (``exactly``) they are asked for.
    """
    phrases, single = phrases_of(text)
    if not phrases and not single:
        return rows.none()
    words, rest, marked = frequencies.divided(phrases, marks)
    asked = (as_query((word,) for word in words), single if not phrases else "", f"({any_of(marks)})" if marked else "")
    rows = rows.filter(**{vector: _query(" & ".join(part for part in asked if part))})
    if exactly and marks and not marked:
        rows = rows.filter(_holds(vector, any_of(marks)))
    if rest:
        rows = rows.filter(_holds(vector, as_query(rest)))
    if single and phrases:
        # A single character would make the index read a good part of itself.
        rows = rows.filter(_holds(vector, single))
    return rows


def _holds(vector: str, text: str) -> Func:
    """``vector @@ text`` by the function behind the operator, which no index serves."""
    return Func(F(vector), _query(text), function="ts_match_vq", output_field=BooleanField())


def _query(text: str) -> SearchQuery:
    return SearchQuery(text, search_type="raw", config="simple")


def count(
    user: Any,
    *,
    states: Sequence[str] | None = None,
    path: str = "",
    words: str = "",
    where: Mapping[str, Any] | None = None,
) -> int | None:
    """The exact number of cases ``user`` sees, without reading the cases; None when only they can tell.

    ``where``: traits the tallies tell apart; ``lead`` and ``holder`` (an office's id) among them.
    """
    return _known(scope(user, "cases.read"), states, path, words, where or {})


def total_for(
    seen: Scope,
    rows: CaseQuerySet,
    *,
    state: str | None,
    path: str,
    words: str = "",
    where: Mapping[str, Any] | None = None,
) -> int:
    """The exact number of ``rows``: without reading them when ``seen``, state, place and traits or words say it all."""
    known = _known(seen, [state] if state else None, path, words, where or {})
    return rows.order_by().count() if known is None else known


def _known(seen: Scope, states: Sequence[str] | None, path: str, words: str, where: Mapping[str, Any]) -> int | None:
    if words:
        return _counted_words(seen, path, words) if states is None and not where else None
    return _tallied(seen, states, path, where)


def few_with(seen: Scope, text: str) -> list[int] | None:
    """The keys of the cases in the scope that hold the words, looked for once for the page and its total (``among``).

    None where they may be more than ``FEW``, where ``text`` is a number or a phone, or where only the cases can tell.
    """
    phrases, _ = phrases_of(text)
    if not phrases or frequencies.at_most(phrases) > FEW:
        return None
    texts = _texts(seen, "", text)
    found = list(texts.values_list("pk", flat=True)[: FEW + 1]) if texts is not None else []
    return found if texts is not None and len(found) <= FEW else None


def among(rows: R, keys: Sequence[int]) -> R:
    """``rows`` with one of ``keys``, which go to the database as one value: it knows then how many it looks for."""
    return rows.filter(
        Func(
            F("pk"),
            Value(list(keys), output_field=ArrayField(BigIntegerField())),
            template="%(expressions)s)",
            arg_joiner=" = ANY (",
            output_field=BooleanField(),
        )
    )


def _counted_words(seen: Scope, path: str, words: str) -> int | None:
    texts = _texts(seen, path, words)
    return None if texts is None else texts.count()


def _texts(seen: Scope, path: str, words: str) -> QuerySet[CaseText] | None:
    """In the table of words alone: for those who see every case, or just what has a mark."""
    if _digits(words) or not seen:
        return None
    paths = _paths(seen, path) if seen.paths or path else []
    if paths is None or (path and seen.offices):
        return None
    texts = CaseText.objects.all()
    if all(len(one) == STREET for one in paths):
        return _matching(texts, "vector", words, _marks(Scope(tuple(paths), seen.offices)), exactly=True)
    if seen.offices or not tallies.all_within(paths):
        return None
    return _matching(texts, "vector", words)


def _tallied(seen: Scope, states: Sequence[str] | None, path: str, where: Mapping[str, Any]) -> int | None:
    paths = _paths(seen, path)
    if paths is None or (len(seen.offices) > 1 or (seen.offices and seen.paths)):
        return None
    traits = dict(where)
    # The tally of one office says what that is to each case, not what another is.
    named = {office for name in OFFICE_TRAITS if (office := traits.pop(name, None)) is not None} | set(seen.offices)
    if len(named) > 1:
        return None
    traits |= {trait: True for name, trait in OFFICE_TRAITS.items() if where.get(name) is not None}
    if seen.offices:
        traits["is_member"] = True
    return tallies.count(paths=paths, states=states, office_id=named.pop() if named else 0, where=traits)


OFFICE_TRAITS: Final = {"lead": "is_lead", "holder": "is_holder"}


def _paths(seen: Scope, path: str) -> list[str] | None:
    """The places to sum over, or None when the tallies do not go that deep or ``path`` lies across the scope."""
    if not seen or any(len(p) > tallies.GRAIN for p in (path, *seen.paths)):
        return None
    if not seen.paths:
        return [path]
    if not path:
        return list(seen.paths)
    return [path] if any(path.startswith(p) for p in seen.paths) else None


def clock_lines(case: Case) -> list[dict[str, Any]]:
    """The clocks for the page: name, the clock itself, in the order sign, contact, finish."""
    order = {name: place for place, name in enumerate(ClockName.values)}
    rows = sorted(case.clocks.all(), key=lambda c: (order[c.name], c.pk))
    latest = {clock.name: clock for clock in rows}
    return [{"label": ClockName(name).label, "clock": clock} for name, clock in latest.items()]
