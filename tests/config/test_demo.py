"""The table of demo accounts."""

from __future__ import annotations

from wangge.config.demo import Account, table


def test_accounts_are_aligned_by_screen_width() -> None:
    shown = table([Account("laowang", "demo-2024-wang", "街道老王"), Account("xiaoli", "x", "网格员小李", "/field/")])
    assert shown.splitlines() == [
        "账号     密码            身份        入口   ",
        "laowang  demo-2024-wang  街道老王    /      ",
        "xiaoli   x               网格员小李  /field/",
    ]


def test_no_accounts_says_so() -> None:
    assert table([]) == "（没有演示账号）"
