from __future__ import annotations

from wangge.territory.moves import moved, roots

MOVES = {"150203001": "150203009", "150203001015": "150203009015", "150203001015001": "150203009015004"}


def test_only_the_topmost_old_codes_are_looked_through() -> None:
    assert roots(MOVES | {"150203002001": "150203002009"}) == ["150203001", "150203002001"]


def test_the_deepest_pair_decides() -> None:
    assert moved("150203001015001", MOVES) == "150203009015004"
    assert moved("150203001015", MOVES) == "150203009015"
    assert moved("150203001", MOVES) == "150203009"


def test_what_is_not_named_goes_to_the_place_above_it() -> None:
    assert moved("150203001015007", MOVES) == "150203009015"


def test_what_lies_elsewhere_stays() -> None:
    assert moved("150203002015001", MOVES) is None
    assert moved("150203", MOVES) is None
