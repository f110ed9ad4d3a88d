from __future__ import annotations

import pytest

from wangge.kernel.facts import registry
from wangge.kernel.facts.registry import Fact, Indicator, register


def test_definitions_are_found_by_code() -> None:
    one = Fact("closed", "办结", sql="SELECT 1")
    rate = Indicator("rate", "率", ("closed",), ("closed",))
    register(one, rate)
    register(one, rate)
    assert (registry.fact("closed"), registry.indicator("rate")) == (one, rate)
    assert (registry.facts(), registry.indicators()) == ([one], [rate])


def test_a_code_is_used_once() -> None:
    register(Fact("closed", "办结", sql="SELECT 1"))
    with pytest.raises(ValueError, match="two definitions of 'closed'"):
        register(Fact("closed", "关闭", sql="SELECT 2"))


def test_an_indicator_rests_on_known_facts() -> None:
    with pytest.raises(ValueError, match=r"unknown facts \['closed'\]"):
        register(Indicator("rate", "率", ("closed",)))
    assert registry.indicators() == []


@pytest.mark.parametrize("given", [{}, {"sql": "SELECT 1", "collect": lambda day: []}])
def test_a_fact_is_given_in_one_way(given: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="either sql or collect"):
        Fact("closed", "办结", **given)  # type: ignore[arg-type]
