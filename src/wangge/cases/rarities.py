"""What few cases are: each has a small index of its own, so that it is found without walking past all the rest."""

from __future__ import annotations

from typing import Final

from django.db.models import Q

from wangge.cases import enums

# Index, what stands first in it, its rows: values that few cases have, so that it costs the others nothing.
RARE: Final[tuple[tuple[str, list[str], Q], ...]] = (
    ("case_rare_urgency", ["urgency"], ~Q(urgency=enums.Urgency.NORMAL)),
    ("case_rare_channel", ["channel"], ~Q(channel=enums.Channel.PLATFORM) & ~Q(channel=enums.Channel.HOTLINE)),
    (
        "case_rare_demand",
        ["demand_type"],
        ~Q(demand_type=enums.DemandType.COMPLAINT) & ~Q(demand_type=enums.DemandType.HELP),
    ),
    ("case_problem", [], Q(is_problem=True)),
    ("case_private", [], Q(is_private=True)),
    ("case_unsolved", [], Q(solved=enums.Solved.NO)),
    ("case_unsatisfied", [], Q(satisfaction__in=[enums.Satisfaction.BAD, enums.Satisfaction.VERY_BAD])),
)
