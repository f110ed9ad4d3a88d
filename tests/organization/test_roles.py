"""The roles of a district."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from wangge.config.roles import PERMISSIONS, ROLES
from wangge.kernel.access.roles import Reach

ADMINISTRATORS = ("system_admin", "security_admin", "audit_admin")


@pytest.mark.parametrize("role", ROLES.values(), ids=lambda r: r.code)
def test_a_role_holds_only_documented_permissions(role):
    assert role.permissions - PERMISSIONS.keys() == frozenset()
    assert role.permissions


def test_every_permission_is_held_by_some_role():
    held = frozenset().union(*(r.permissions for r in ROLES.values()))
    assert PERMISSIONS.keys() - held == set()


def test_the_three_administrators_share_nothing_and_see_no_case():
    for code in ADMINISTRATORS:
        assert ROLES[code].reach is Reach.NONE
        assert not any(p.startswith("cases.") for p in ROLES[code].permissions)
    assert len({ROLES[c].separation for c in ADMINISTRATORS}) == 3
    assert sum(len(ROLES[c].permissions) for c in ADMINISTRATORS) == len(
        frozenset().union(*(ROLES[c].permissions for c in ADMINISTRATORS))
    )


def test_a_second_factor_is_required_of_administrators_and_where_a_full_name_or_phone_is_read():
    assert {r.code for r in ROLES.values() if r.totp_required} == {
        "hotline_dispatcher",
        "hotline_leader",
        "requester_contact",
        *ADMINISTRATORS,
    }


def test_leaders_read_no_requester():
    assert not ROLES["district_leader"].permissions & {"cases.read_requester", "cases.unmask_requester"}
    assert not ROLES["street_leader"].permissions & {"cases.read_requester", "cases.unmask_requester"}


def test_the_code_uses_only_documented_permissions():
    used = set()
    for file in Path("src/wangge").rglob("*.py"):
        used |= set(
            re.findall(
                r'(?:requires|may|over|holding|taking_part|scope)\([^)]*?"((?:cases|duties|territory|organization|access|audit|api|config|cockpit|field)\.[a-z_]+)"',
                file.read_text(),
            )
        )
    assert used - PERMISSIONS.keys() == set()
