"""The tables of whistles: the whistle and its summonses, the evaluation, the postures of a division."""

from wangge.whistle.models.displays import Display
from wangge.whistle.models.evaluations import Appeal, Judgement, Rating
from wangge.whistle.models.limits import WhistleLimit
from wangge.whistle.models.postures import Posture, PostureDuty, PostureLimit
from wangge.whistle.models.rosters import Roster, RosterMember
from wangge.whistle.models.whistles import (
    CheckIn,
    CitedItem,
    Meeting,
    Summons,
    SummonsClock,
    SummonsTransition,
    Task,
    Whistle,
    WhistleCase,
    WhistleNotice,
    WhistleTransition,
)

__all__ = [
    "Appeal",
    "CheckIn",
    "CitedItem",
    "Display",
    "Judgement",
    "Meeting",
    "Posture",
    "PostureDuty",
    "PostureLimit",
    "Rating",
    "Roster",
    "RosterMember",
    "Summons",
    "SummonsClock",
    "SummonsTransition",
    "Task",
    "Whistle",
    "WhistleCase",
    "WhistleLimit",
    "WhistleNotice",
    "WhistleTransition",
]
