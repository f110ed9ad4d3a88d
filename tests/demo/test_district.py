"""The made-up district speaks as people do."""

from __future__ import annotations

import pytest

from wangge.demo.district import _stem


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("青松小区社区居委会", "青松小区"),
        ("边墙壕村委会", "边墙壕村"),
        ("第二社区居委会", "第二社区"),
        ("少先二十社区居委会", "少先二十社区"),
        ("友谊小区第一社区居委会", "友谊小区第一社区"),
        ("钢三十六号街坊社区居委会", "钢三十六号街坊"),
    ],
)
def test_a_community_is_called_so_that_a_number_may_follow(name: str, said: str) -> None:
    assert _stem(name) == said
