"""How a case of the plan is filed: by whom, with which words, from where."""

from __future__ import annotations

from random import Random
from typing import Final

from wangge.cases.actions import Asker, Place, file_case
from wangge.cases.enums import Channel, Urgency
from wangge.cases.models import Case
from wangge.demo import naming, photos
from wangge.demo.cast import Cast
from wangge.demo.month import Beginning
from wangge.demo.sayings import HOTLINES
from wangge.demo.visiting import WAITS
from wangge.duties.models import Kind
from wangge.kernel.access.models import User
from wangge.kernel.attachments.actions import Prepared, store
from wangge.kernel.audit.context import SYSTEM, Actor, bind, staff_actor

RESIDENT: Final = Actor("resident", None, "居民")
CLIENT: Final = Actor("client", None, "接入系统")
JITTER: Final = 0.0004  # degrees, some forty metres
BY_SYSTEMS: Final = frozenset({"platform", "open311", "api"})


def actor(user: User | None, channel: str = "") -> Actor:
    """Who the record names."""
    if user is not None:
        return staff_actor(user)
    return CLIENT if channel in BY_SYSTEMS else RESIDENT if channel else SYSTEM


class Desk:
    """Files the beginnings of a plan as their channels do."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.kinds = {k.code: k for k in Kind.objects.filter(catalogue__state="published", is_leaf=True)}
        self.photos: dict[str, list[Prepared]] = {}
        for scene, prepared in photos.prepared():
            self.photos.setdefault(scene, []).append(prepared)

    def file(self, beginning: Beginning, random: Random) -> Case:
        said, traits, channel = beginning.complaint, beginning.traits, beginning.channel
        by = self._by(beginning, random)
        anonymous = "anonymous" in traits
        # Residents and other systems know the place, not the catalogue.
        unclassified = "unclassified" in traits and channel in {"resident", "qr", "open311", "api"}
        hotline = random.choice(HOTLINES) if channel == "platform" else ""
        with bind(actor=actor(by, channel)):
            case = file_case(
                channel=channel,
                demand_type=said.demand_type,
                title=said.title,
                text=said.text,
                place=self._place(beginning, random),
                by=by,
                kind=None if unclassified else self.kinds[said.kind],
                asker=None if anonymous else self._asker(beginning),
                urgency=_urgency(beginning, random),
                is_private="private" in traits,
                is_anonymous=anonymous,
                reply_wanted=channel not in {Channel.GRID, Channel.VISIT},
                source_system=hotline if channel == "platform" else channel if channel in BY_SYSTEMS else "",
                source_number=f"{channel[:2].upper()}{beginning.index:07}" if channel in BY_SYSTEMS else None,
            )
            if "photo" in traits:
                self.attach(case, said.kind, "evidence", by, random)
        return case

    def attach(self, case: Case, kind: str, purpose: str, by: User | None, random: Random) -> None:
        """One or two of the drawn photos that suit the kind."""
        for _ in range(random.choice((1, 1, 2))):
            store(random.choice(self.photos[random.choice(photos.fitting(kind))]), owner=case, purpose=purpose, by=by)

    def _by(self, beginning: Beginning, random: Random) -> User | None:
        """The member of staff who files; None for residents and other systems. Changes a channel nobody staffs."""
        path, channel = beginning.complaint.spot.path, beginning.channel
        if channel == Channel.GRID and (worker := self.cast.worker(path, random)):
            return worker
        if channel == Channel.VISIT and (visitor := self.cast.community(path, random)):
            return visitor
        if channel == Channel.WINDOW and (clerks := self.cast.over("window_clerk", path[:9])):
            return random.choice(clerks)
        if channel == Channel.DEPUTY:
            return self.cast.one("deputy", random)
        if channel in {Channel.RESIDENT, Channel.QR} or channel in BY_SYSTEMS:
            return None
        return self.cast.one("hotline_dispatcher", random)

    def _place(self, beginning: Beginning, random: Random) -> Place:
        spot = beginning.complaint.spot
        if spot.lng is None or spot.lat is None:
            return Place(path=spot.path, address=spot.name)
        address = spot.name if spot.kind == "compound" else f"{spot.road}（{spot.name}附近）"
        if spot.kind == "road":
            address = f"{spot.name}{spot.near}门前"
        # Of some calls only the community is known.
        known = random.random() < 0.85 or beginning.channel == Channel.GRID or WAITS in beginning.traits
        path = spot.path if known else spot.path[:12]
        lng, lat = (round(v + random.uniform(-JITTER, JITTER), 6) for v in (spot.lng, spot.lat))
        return Place(path=path, address=address, lng=lng, lat=lat)

    def _asker(self, beginning: Beginning) -> Asker | None:
        if beginning.channel in {Channel.GRID, Channel.VISIT, Channel.MEDIA}:
            return None
        own = Random(beginning.caller)  # noqa: S311 - the same caller has the same name
        return Asker(name=next(naming.people(own)), phone=naming.phone(beginning.caller * 7))


def _urgency(beginning: Beginning, random: Random) -> str:
    if not beginning.complaint.urgent:
        return Urgency.NORMAL
    return Urgency.EMERGENCY if random.random() < 0.15 else Urgency.URGENT
