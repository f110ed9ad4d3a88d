"""The plan of the month: what is reported when, by which way, and what will be special about it.

Pure of the database: the same arguments give the same plan, so that two processes and a resumed build agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import accumulate
from random import Random
from typing import Final

from django.utils import timezone

from wangge.demo.texts import Complaint, Spot, Writer, matters
from wangge.demo.visiting import WAITING, WAITS, matter_of

DAYS: Final = 30
CHUNK: Final = 25
# Monday to Sunday, and the hours of the day, as a hotline hears them.
WEEK: Final = (1.15, 1.05, 1.0, 1.0, 1.0, 0.78, 0.68)
HOURS: Final = (2, 1, 1, 1, 1, 2, 5, 10, 17, 21, 20, 16, 11, 12, 15, 17, 16, 14, 12, 12, 11, 8, 5, 3)
PATROL_HOURS: Final = (0,) * 8 + (8, 20, 22, 14, 1, 0, 10, 18, 14, 5) + (0,) * 6
OFFICE_HOURS: Final = (0,) * 9 + (10, 14, 8, 0, 2, 9, 10, 7) + (0,) * 7
# Days before the end: a cold spell (in summer a storm) and its share of additional calls.
PEAK: Final = {11: 1.5, 10: 2.1, 9: 1.9, 8: 1.3}
PEAK_KINDS: Final = {"winter": ("0601", "010109"), "summer": ("0304", "040101"), "": ("040101", "0303")}

CHANNELS: Final = {
    "hotline": 60.0, "resident": 7.0, "qr": 5.0, "platform": 3.0, "window": 2.0, "deputy": 0.9, "suggestion": 0.8,
    "visit": 1.0, "media": 0.3, "open311": 0.35, "api": 0.4,
}  # fmt: skip
STAFFED: Final = frozenset({"window", "deputy", "suggestion", "visit", "media"})
# What may be special about a case, and how often.
CHANCES: Final = {
    "decline": 0.035, "return_accepted": 0.022, "return_upheld": 0.018, "to_community": 0.05, "extension": 0.035,
    "suspend": 0.016, "exclusion": 0.018, "check_fails": 0.07, "supervised": 0.028, "escalated": 0.008,
    "reopened": 0.012, "archived": 0.55, "anonymous": 0.03, "private": 0.025, "override": 0.05, "late": 0.11,
    "photo": 0.15, "unclassified": 0.25, "stuck": 0.012, "solved_at_once": 0.2, "unreachable": 0.05,
}  # fmt: skip
REPEATS: Final = 0.085
SEVERAL_TIMES: Final = 0.07
UNLINKED: Final = 0.05

# Told at least once, whatever the dice say: (days ago, traits). Traits beginning with ``halt:`` stop a story there.
SCRIPTED: Final = (
    *((25 - number, f"decline:{what}") for number, what in enumerate(
        ("emergency", "legal_route", "in_process", "secret", "not_public", "improper"))),
    (24, "return_accepted"), (23, "return_upheld"), (22, "to_community"), (21, "extension"),
    (21, "extension refused"), (20, "suspend"), (20, "suspend early"), (9, "suspend long"), (19, "exclusion"),
    (18, "exclusion refused"), (18, "extension withdrawn"), (17, "check_fails"), (17, "unsolved"),
    (26, "unsolved twice"), (16, "supervised"), (16, "escalated"), (20, "reopened"), (27, "archived"),
    (22, "anonymous"), (15, "private"), (14, "unreachable"), (14, "unreachable rated"), (13, "override"),
    (19, "answered reopened"), (12, "late photo"), (6, "stuck"), (5, "halt:handling"), (4, "stuck supervised"),
    (2, "extension pending"), (2, "suspend pending"), (3, "exclusion pending"), (1, "halt:received"),
    (1, "halt:dispatched"), (1, "halt:returned"), (1, "halt:handling photo"), (1, "halt:replied"), (1, "halt:checked"),
    (15, "linked"), (15, "unlinked"), (3, "linked open"),
)  # fmt: skip


@dataclass(slots=True)
class Beginning:
    """How a case begins. ``root`` is the index of the earlier case it repeats, or -1."""

    index: int
    at: datetime
    complaint: Complaint
    channel: str
    traits: frozenset[str]
    root: int = -1
    caller: int = field(default=0)


def plan(*, count: int, end: datetime, spots: Sequence[Spot], seed: int) -> list[Beginning]:
    """``count`` beginnings in the order of time, within the 30 days before ``end``."""
    random = Random(seed)  # noqa: S311 - a demo must repeat itself
    writer = Writer(seed, spots=spots, month=timezone.localtime(end).month)
    calendar = _Calendar(end, random)
    rushes = [m for m in matters() if m.kind.startswith(PEAK_KINDS[_season(end)])]
    found: list[Beginning] = []
    for number in range(count):
        days_ago = calendar.day()
        rush = random.random() < 0.25 * (PEAK.get(days_ago, 1) - 1)
        complaint = writer.one(matter=random.choice(rushes), voice="resident") if rush else writer.one()
        channel = _channel(complaint, random)
        at = calendar.instant(days_ago, channel)
        caller = random.randrange(30) if random.random() < SEVERAL_TIMES else 100 + number
        found.append(Beginning(0, at, complaint, channel, _traits(complaint, channel, random), caller=caller))
    found.sort(key=lambda b: b.at)
    for number, beginning in enumerate(found):
        beginning.index = number
    _repeat(found, writer, random)
    _script(found, end, writer)
    _every_channel(found)
    return found


def chunks(beginnings: Sequence[Beginning]) -> list[list[Beginning]]:
    """Lots of about ``CHUNK`` in the order of time; a repeat goes with its root."""
    of: dict[int, int] = {}
    lots: list[list[Beginning]] = [[] for _ in range(-(-len(beginnings) // CHUNK))]
    for beginning in beginnings:
        lot = of[beginning.root] if beginning.root >= 0 else beginning.index // CHUNK
        of[beginning.index] = lot
        lots[lot].append(beginning)
    return lots


class _Calendar:
    """Days and hours by weight."""

    def __init__(self, end: datetime, random: Random) -> None:
        self.end, self.random = timezone.localtime(end), random
        days = [self.end - timedelta(days=n) for n in range(DAYS)]
        weights = [WEEK[day.weekday()] * PEAK.get(n, 1) for n, day in enumerate(days)]
        weights[0] *= sum(HOURS[: self.end.hour + 1]) / sum(HOURS)
        self.days = list(accumulate(weights))
        self.hours = {
            "grid": list(accumulate(PATROL_HOURS)),
            "office": list(accumulate(OFFICE_HOURS)),
            "": list(accumulate(HOURS)),
        }

    def day(self) -> int:
        return self.random.choices(range(DAYS), cum_weights=self.days)[0]

    def instant(self, days_ago: int, channel: str) -> datetime:
        kind = "grid" if channel in {"grid", "visit"} else "office" if channel in STAFFED else ""
        hour = self.random.choices(range(24), cum_weights=self.hours[kind])[0]
        day = self.end - timedelta(days=days_ago)
        at = day.replace(
            hour=hour,
            minute=self.random.randrange(60),
            second=self.random.randrange(60),
            microsecond=self.random.randrange(1_000_000),
        )
        # Today is not over: what would come later today came yesterday.
        return at if at < self.end - timedelta(minutes=3) else at - timedelta(days=1)


def _season(end: datetime) -> str:
    month = timezone.localtime(end).month
    return "winter" if month in {10, 11, 12, 1, 2, 3} else "summer" if month in {6, 7, 8} else ""


def _channel(complaint: Complaint, random: Random) -> str:
    if complaint.voice == "patrol":
        return "grid"
    if complaint.demand_type == "suggestion" and random.random() < 0.3:
        return random.choice(("suggestion", "deputy"))
    return random.choices(list(CHANNELS), weights=list(CHANNELS.values()))[0]


def _traits(complaint: Complaint, channel: str, random: Random) -> frozenset[str]:
    found = {trait for trait, chance in CHANCES.items() if random.random() < chance}
    if channel in {"grid", "qr", "resident", "visit"}:
        if random.random() < 0.38:
            found.add("photo")
    elif channel in {"hotline", "platform"}:
        found.discard("photo")  # a telephone takes no photos; offices add theirs with the answer
        if random.random() < 0.06:
            found.add("photo_after")
    if channel in {"grid", "visit", "deputy"}:
        found -= {"anonymous", "private", "decline"}
    if complaint.demand_type == "consult" and random.random() < 0.6:
        found.add("answered")
    if "decline" in found:
        found.add("decline:" + random.choice(("legal_route", "legal_route", "in_process", "not_public", "improper")))
    if random.random() < 0.2:
        found.add(random.choice(("refused", "pending", "withdrawn", "early", "long", "long")))
    return frozenset(found)


def _repeat(found: list[Beginning], writer: Writer, random: Random) -> None:
    """Some speak of an earlier matter again: the same place, other words, within a week of it."""
    for beginning in found[5:]:
        if beginning.complaint.voice == "patrol" or random.random() >= REPEATS:
            continue
        earlier = found[max(0, beginning.index - 700) : beginning.index]
        root = random.choice(earlier)
        if not _may_be_root(root) or beginning.at - root.at > timedelta(days=6):
            continue
        _make_repeat(beginning, root, writer)
        beginning.traits = frozenset({"linked", *(["unlinked"] if random.random() < UNLINKED else [])})


def _may_be_root(root: Beginning) -> bool:
    plain = root.complaint.demand_type in {"complaint", "help", "report"}
    return plain and root.root < 0 and not any(t.startswith(("decline", "answered", "halt")) for t in root.traits)


def _make_repeat(beginning: Beginning, root: Beginning, writer: Writer) -> None:
    said = writer.one(matter=root.complaint.matter, spot=root.complaint.spot, voice="resident")
    beginning.complaint, beginning.root = said, root.index
    if beginning.channel == "grid":
        beginning.channel = "hotline"


def _script(found: list[Beginning], end: datetime, writer: Writer) -> None:
    """Give the scripted traits to plain cases of about the wanted age."""
    free = [b for b in found if _may_be_root(b) and b.complaint.voice == "resident"]
    roots = {b.root for b in found}
    free = [b for b in free if b.index not in roots and b.channel in {"hotline", "platform", "resident", "qr"}]
    for days, words in SCRIPTED:
        wanted = end - timedelta(days=days)
        chosen = min(free, key=lambda b: abs(b.at - wanted), default=None)
        if chosen is None:
            return
        free.remove(chosen)
        chosen.traits = frozenset(words.split())
        if "check_fails" in chosen.traits:
            chosen.channel = "resident"
        if {"linked", "unlinked"} & chosen.traits:
            before = [b for b in free if b.at < chosen.at]
            root = max(before, key=lambda b: b.at, default=None)
            if root is None:
                continue
            free.remove(root)
            root.traits = frozenset({"halt:handling"} if "open" in chosen.traits else ())
            _make_repeat(chosen, root, writer)
    _wait_for_visitors(free, end, writer)


def _wait_for_visitors(free: list[Beginning], end: datetime, writer: Writer) -> None:
    """Plain cases of about the wanted age become what waits for the visitor, at its exact age and place."""
    for row in WAITING:
        wanted = end - row.ago
        chosen = min(free, key=lambda b: abs(b.at - wanted))
        free.remove(chosen)
        matter = matter_of(row.kind)
        chosen.complaint = writer.one(matter=matter, spot=writer.spot(matter, row.path), voice="resident")
        chosen.at, chosen.channel = wanted, row.channel
        chosen.traits = frozenset({WAITS, *row.traits.split()})


def _every_channel(found: list[Beginning]) -> None:
    """Each channel at least once, also in a small demo."""
    missing = set(CHANNELS) - {b.channel for b in found}
    plain = [b for b in found if b.channel == "hotline" and b.root < 0 and len(b.traits) <= 1]
    for channel, beginning in zip(sorted(missing), plain[:: max(1, len(plain) // 12)], strict=False):
        beginning.channel = channel
        if channel in STAFFED:
            local = timezone.localtime(beginning.at)
            beginning.at = local.replace(hour=10)
