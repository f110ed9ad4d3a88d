"""Who walks, what they may see of street B after all, and every page as they get it."""

from __future__ import annotations

from typing import Any, Final

from django.test import Client
from tests.security import modules
from tests.security.addresses import addresses
from tests.security.district import District
from tests.security.reading import lasting, said

from wangge.config.roles import ROLES
from wangge.kernel.listing.listing import Listing

# The public notice board (公示): who works in a grid, and what stands beside a QR code on a wall.
NOTICE_BOARD: Final = {
    "resident_contact": frozenset({"staff", "grid", "place", "place code", "short code"}),
    "resident_code": frozenset({"place", "place code", "short code", "grid"}),
}
# A department of the district works everywhere in it: grids and their staff are its map (territory.policy).
DISTRICT_OFFICE: Final = frozenset({"grid", "place", "place code", "short code", "staff"})
# So is an emergency anywhere in it (whistle.postures): its title, its reason, its roster.
EMERGENCY: Final = frozenset({"title", "contact", "reason of a step", "staff"})
IN_STREET_A: Final = [*ROLES, "without a role"]
# One of every kind of reach and of work; for what need not be asked of each role again.
TYPICAL: Final = [
    "street_dispatcher",
    "hotline_leader",
    "street_leader",
    "window_clerk",
    "community_head",
    "grid_chief",
    "department_clerk",
    "deputy",
    "organization_manager",
    "territory_manager",
    "system_admin",
    "security_admin",
    "department_clerk of the district",
    "anonymous",
]
WALKERS: Final = [*IN_STREET_A, "department_clerk of the district", "anonymous"]
LEAVE: Final = {"logout"}  # posted last: it ends the session

CRASHED: Final = "500"
# Pages of one's own account show fresh secrets of one's own; probes of the operator show the machine; the code of a
# check-in changes every ten minutes.
OWN_SECRETS: Final = {"totp", "totp_picture", "metrics", "healthz", "readyz", "whistle_code", "whistle_code_image"}
# The record of what was done grows with every request of the walk itself.
GROWING: Final = {"audit_list"}
TERRITORY: Final = ("grid_", "place_", "division_", "territory_")

# Names, figures and ranks of the streets of a district are for everybody in it once they are published
# (assessment.policy): these pages change with street B and the new month, and still tell none of B's cases, appeals
# and words.
RANKED: Final = (
    "assessment_ranking", "assessment_period", "assessment_unit", "assessment_drill", "assessment_year",
    "assessment_indicator", "assessment_appeals", "assessment_appeal_new", "assessment_rectification",
    "assessment_pack_new", "field_sheet",
)  # fmt: skip
LISTED: Final = (
    "case_list", "staff_list", "place_list", "place_code_list", "system_list", "listing_exports", *modules.LISTS,
)  # fmt: skip

Pages = dict[tuple[str, str], str]


def allowed(who: str, route: str) -> frozenset[str]:
    board = NOTICE_BOARD.get(route, frozenset())
    if who != "department_clerk of the district":
        return board
    return board | DISTRICT_OFFICE | (EMERGENCY if route.startswith("posture_") else frozenset())


def own_pages(district: District, who: str, *, exports: bool = False, one: bool = False) -> Pages:
    """Every page of street A as ``who`` gets it; lists also as a part and as text, with ``exports`` in every form."""
    client = district.client(who)
    found: Pages = {}
    for address in addresses(district, who, foreign=False, one=one):
        if address.route.endswith("_step") or address.route in OWN_SECRETS:
            continue
        response = client.get(address.url)
        found[address.route, address.url] = page(client, response)
        listing = listing_of(response)
        if listing is not None:
            district.lists.setdefault(who, {})[address.url] = (address.route, listing)
            for query in ("?export=csv", "?print=1", "?export=xlsx") if exports else ("?export=csv",):
                found[address.route, address.url + query] = page(client, client.get(address.url + query))
            if exports:
                part = client.get(address.url, headers={"HX-Request": "true", "HX-Target": "listing"})
                found[address.route, f"{address.url} part"] = page(client, part)
    return found


def later_pages(district: District, who: str) -> Pages:
    """The same once street B is there, asked for once: every export for a typical role, one object for the others."""
    if who not in district.after:
        district.after[who] = own_pages(district, who, exports=who in TYPICAL, one=who not in TYPICAL)
    return district.after[who]


def page(client: Client, response: Any) -> str:
    if response.status_code >= 500:
        return f"{CRASHED} {client.exc_info}"
    return f"{response.status_code}\n{said(response)}"


def listing_of(response: Any) -> Listing | None:
    shown = (response.context or {}).get("listing") if response.status_code == 200 else None
    return shown if isinstance(shown, Listing) else None


def same(one: str, other: str) -> bool:
    """Byte by byte, but for what passes with time."""
    return one == other or lasting(one) == lasting(other)


def first_difference(one: str, other: str) -> tuple[str, str]:
    """The surroundings of the first place where two texts differ."""
    at = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return one[max(0, at - 80) : at + 80], other[max(0, at - 80) : at + 80]
