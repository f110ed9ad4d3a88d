"""Small samples: what a share of few rows says, and how little."""

from __future__ import annotations

import math
from typing import Final

Z95: Final = 1.959964


def wilson(successes: float, trials: float, z: float = Z95) -> tuple[float, float]:
    """The 95 % score interval of a share (Wilson 1927): stays within 0 and 1 and is right for few trials.

    Raises ``ValueError`` without a trial.
    """
    if trials <= 0:
        raise ValueError("an interval needs at least one trial")
    share = min(1.0, max(0.0, successes / trials))
    centre = share + z * z / (2 * trials)
    spread = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    below = 1 + z * z / trials
    return max(0.0, (centre - spread) / below), min(1.0, (centre + spread) / below)
