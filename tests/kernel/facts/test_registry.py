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


def test_a_definition_changes_with_the_rule_and_not_with_its_looks() -> None:
    plain = Fact("closed", "办结", sql="SELECT path, 1 FROM t WHERE closed").definition
    dressed = Fact("closed", "结案", sql="-- done\nSELECT path,\n  1 FROM t -- each\nWHERE closed\n").definition
    other = Fact("closed", "办结", sql="SELECT path, 1 FROM t WHERE NOT closed").definition
    assert (plain, len(plain)) == (dressed, 16)
    assert plain != other


def test_a_collector_says_its_version() -> None:
    first, second = (Fact("closed", "办结", collect=lambda day: [], version=n) for n in (1, 2))
    assert first.definition != second.definition


@pytest.mark.parametrize("given", [{"collect": lambda day: []}, {"sql": "SELECT 1", "version": 1}])
def test_a_version_belongs_to_a_collector_alone(given: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="a version goes with collect"):
        Fact("closed", "办结", **given)  # type: ignore[arg-type]
