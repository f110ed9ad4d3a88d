"""Wangge 网格: the platform a district runs on.

lists × places → responsibility; a closed loop that cannot be skipped; figures
that fall out of the loop by themselves. See ``docs/concepts.md``.
"""

__version__ = "0.1.0"
