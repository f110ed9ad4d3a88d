"""The garbage collector of a process that answers requests, does jobs or imports a file."""

from __future__ import annotations

import gc
from typing import Final

# How many objects may come before the collector looks at the young ones. A request leaves some hundred in cycles:
# looked at when they are few, they are gone in 2 ms and their memory is used again; 50,000 of them took 70 ms of
# whichever request came last. Rows of an import live until their chunk is stored: looking at them often is in vain.
REQUESTS: Final = 2_000
ROWS: Final = 50_000


def keep_what_is_loaded(young: int = ROWS) -> None:
    """What is loaded by now stays: the collector need not walk through it again and again (5-8 % of the time of a
    request or an import; a quarter of a second now and then where a city's places are held)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(young, 20, 20)
