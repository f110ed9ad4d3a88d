"""Who acts in a story: the people of the database by what they may do where."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from random import Random
from typing import Final

from wangge.demo.district import HOME
from wangge.kernel.access.models import Grant, User
from wangge.kernel.access.roles import role

COMMUNITY: Final = 12


class Cast:
    """Everybody, read once: by role and place, and by the office they answer for."""

    def __init__(self) -> None:
        self._over: dict[tuple[str, str], list[User]] = defaultdict(list)
        self._for: dict[tuple[int, str], list[User]] = defaultdict(list)
        users: dict[int, User] = {}
        grants = Grant.objects.filter(valid_to__isnull=True).select_related("user").order_by("id")
        for grant in grants:
            user = users.setdefault(grant.user_id, grant.user)
            self._over[grant.role, grant.path].append(user)
            definition = role(grant.role)
            if grant.office_id is not None and definition is not None:
                for permission in ("cases.reply", "cases.assign", "cases.handle"):
                    if permission in definition.permissions:
                        self._for[grant.office_id, permission].append(user)

    def over(self, role: str, path: str = HOME) -> list[User]:
        """Everybody with ``role`` over exactly ``path``."""
        return self._over[role, path]

    def one(self, role: str, random: Random, path: str = HOME) -> User:
        return random.choice(self._over[role, path])

    def clerk(self, office_id: int, random: Random, permission: str = "cases.reply") -> User | None:
        """Somebody who answers for the office."""
        found = self._for.get((office_id, permission))
        return random.choice(found) if found else None

    def worker(self, path: str, random: Random) -> User | None:
        """Somebody who walks the grid ``path``."""
        return self._any(("grid_worker",), path, random)

    def checker(self, path: str, did: Collection[int | None], random: Random) -> User:
        """Somebody on the spot, none of those who ``did`` it; else the street's centre, else the district's."""
        near = [*self._over["grid_chief", path], *self._over["grid_worker", path]]
        if random.random() < 0.15 or not near:
            near = self._over["street_dispatcher", path[:9]]
        fitting = [user for user in near if user.pk not in did]
        return random.choice(fitting or self._over["command_centre", HOME])

    def community(self, path: str, random: Random) -> User | None:
        return self._any(("community_clerk", "community_head"), path[:COMMUNITY], random)

    def _any(self, roles: tuple[str, ...], path: str, random: Random) -> User | None:
        found = [user for name in roles for user in self._over.get((name, path), ())]
        return random.choice(found) if found else None
