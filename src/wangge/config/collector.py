"""The garbage collector of a process that answers requests, does jobs or imports a file."""

from __future__ import annotations

import gc


def keep_what_is_loaded() -> None:
    """What is loaded by now stays: the collector need not walk through it again and again, nor come after every few
    rows (5-8 % of the time of a request or an import; a quarter of a second now and then where a city's places are
    held)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
