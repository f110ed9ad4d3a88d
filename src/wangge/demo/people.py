"""Who works in the district: the accounts a visitor signs in with, and a thousand and more others by name.

The visitor's accounts are hired through ``organization.hire``. The others are written in bulk with the same rows
left behind (account, grant, post, staff change, audit) and no usable password: nobody signs in as them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from random import Random
from typing import Final

from django.contrib.auth.hashers import make_password

from wangge.config.demo import Account
from wangge.demo import naming
from wangge.demo.district import HOME, SEED, SINCE, WHY
from wangge.demo.visiting import FIRST_COMMUNITY, FIRST_STREET, SECOND_COMMUNITY, SECOND_STREET
from wangge.kernel.access import actions as access
from wangge.kernel.access.models import Grant, User
from wangge.kernel.audit.recording import record_many
from wangge.organization.actions import hire
from wangge.organization.enums import StaffCategory, StaffEvent
from wangge.organization.models import Office, Staff, StaffChange
from wangge.territory.actions import assign_staff
from wangge.territory.enums import GridKind, Position
from wangge.territory.models import Grid, GridStaff
from wangge.territory.queries import staff_of
from wangge.territory.staffing import role_for

# Printed at the end of ``make demo``; the rules for passwords hold for it too.
PASSWORD: Final = "Kundulun-2024"  # noqa: S105 - the demo tells it to everybody
FIELD: Final = "/field/"


@dataclass(frozen=True, slots=True)
class Role:
    """One of the visitor's accounts: ``office`` and ``place`` choose where (see ``_office``)."""

    username: str
    name: str
    role: str
    label: str
    office: str = ""
    place: str = HOME
    page: str = "/"

    @property
    def category(self) -> StaffCategory:
        """By the kind of office they serve in."""
        start = self.office.split(".", 1)[0]
        return {"enterprise": StaffCategory.ENTERPRISE, "community": StaffCategory.COMMUNITY}.get(
            start, StaffCategory.OFFICIAL
        )


STREET_CENTRE: Final = "street.command_centre"
CAST: Final = (
    Role("huawu", "话务员小赵", "hotline_dispatcher", "12345话务员：接诉、派单、回访", "hotline"),
    Role("banzhang", "热线班长老钱", "hotline_leader", "热线负责人：退单评议、剔除、重办", "hotline"),
    Role("lingdao", "区领导", "district_leader", "区领导：总览、督办", "district.leader"),
    Role("zhihui", "区指挥中心小孙", "command_centre", "区指挥中心：协调、审批、提级", "command_centre"),
    Role("paidan1", "少先路街道老王", "street_dispatcher", "街道派单员（少先路）", STREET_CENTRE, FIRST_STREET),
    Role("paidan2", "友谊大街小吴", "street_dispatcher", "街道派单员（友谊大街）", STREET_CENTRE, SECOND_STREET),
    Role("shuji", "街道书记老刘", "street_secretary", "街道党工委书记（少先路）：签发攻坚哨", "street", FIRST_STREET),
    Role("zhuren", "街道主任老马", "street_director", "街道办事处主任（少先路）：签发攻坚哨", "street", FIRST_STREET),
    Role("keshi", "执法局小郑", "street_office", "街道科室（综合行政执法局）", "street.enforcement", FIRST_STREET),
    Role("zhujian", "住建局小周", "department_clerk", "区住建局承办人", "district.housing"),
    Role("chengguan", "城管局小冯", "department_clerk", "区城管局承办人", "district.urban_management"),
    Role("gongre", "供热公司小韩", "department_clerk", "供热企业承办人", "enterprise.heat"),
    Role("shequ1", "社区小陈", "community_head", "社区书记（友谊小区第一社区）", "community", FIRST_COMMUNITY),
    Role("shequ2", "社区小卫", "community_clerk", "社区工作者（钢三十六号街坊）", "community", SECOND_COMMUNITY),
    Role("chuangkou", "窗口小沈", "window_clerk", "街道便民服务窗口", "street.party_service_centre", FIRST_STREET),
    Role("daibiao", "人大代表老杨", "deputy", "两代表一委员", page=FIELD),
    Role("xitong", "系统管理员", "system_admin", "系统管理员"),
    Role("anquan", "安全管理员", "security_admin", "安全管理员"),
    Role("shenji", "审计管理员", "audit_admin", "审计管理员"),
    Role("qingdan", "清单管理员小蒋", "duties_manager", "清单管理员", "district.approval"),
    Role("quhua", "区划管理员小朱", "territory_manager", "区划网格管理员", "district.civil_affairs"),
)
# (username, name, community, number of the grid, position)
GRID_CAST: Final = (
    ("wangge1", "网格员小李", FIRST_COMMUNITY, 1, Position.FULL_TIME),
    ("wangge2", "网格员小秦", FIRST_COMMUNITY, 2, Position.FULL_TIME),
    ("wangge3", "网格员小尤", SECOND_COMMUNITY, 1, Position.FULL_TIME),
    ("wanggezhang", "网格长老许", FIRST_COMMUNITY, 1, Position.CHIEF),
)
# Who answers for an office that nobody of the cast works in.
OFFICE_ROLES: Final = {"district": "department_clerk", "enterprise": "department_clerk", "street": "street_office"}


def accounts() -> list[Account]:
    """The visitor's accounts, as printed."""
    found = [Account(r.username, PASSWORD, r.label, r.page) for r in CAST]
    for username, _, community, number, position in GRID_CAST:
        place = f"{'友谊小区第一社区' if community == FIRST_COMMUNITY else '钢三十六号街坊'}第{number}网格"
        found.append(Account(username, PASSWORD, f"{position.label}（{place}）", FIELD))
    return found


def people() -> None:
    """Everybody, in one transaction of the caller."""
    offices: dict[tuple[str, str], Office] = {}
    for office in Office.objects.filter(path__startswith=HOME, valid_to__isnull=True).order_by("-id"):
        offices[office.kind, office.path] = office
    taken = {_cast(part, offices) for part in CAST}
    _grid_cast(offices)
    random = Random(SEED)  # noqa: S311
    names = naming.people(random)
    _clerks(offices, names, taken)
    _grid_people(offices, names, random)


def _cast(part: Role, offices: dict[tuple[str, str], Office]) -> int | None:
    if not part.office:
        user, _ = access.create_user(
            username=part.username, display_name=part.name, password=PASSWORD, by=None, must_change=False
        )
        access.grant_role(user=user, role=part.role, path=part.place, by=None, valid_from=SINCE, reason=WHY)
        return None
    office = offices[part.office, part.place]
    hire(
        office=office,
        by=None,
        on=SINCE,
        username=part.username,
        display_name=part.name,
        password=PASSWORD,
        roles=[part.role],
        path=part.place,
        category=part.category,
        reason=WHY,
    )
    return office.pk


def _grid_cast(offices: dict[tuple[str, str], Office]) -> None:
    for username, name, community, number, position in GRID_CAST:
        category = StaffCategory.COMMUNITY if position == Position.CHIEF else StaffCategory.GRID_FULL_TIME
        hired = hire(
            office=offices["community", community],
            by=None,
            on=SINCE,
            username=username,
            display_name=name,
            password=PASSWORD,
            category=category,
            reason=WHY,
        )
        grids = [number, number + 1] if position == Position.CHIEF else [number]
        for grid in Grid.objects.current().filter(code__in=[f"{community}{n:03}" for n in grids]):
            assign_staff(grid=grid, user=hired.staff.user, position=position, on=SINCE, reason=WHY)


# -- the others, in bulk ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Other:
    """Somebody with a name and an office and no way to sign in."""

    name: str
    office: Office
    role: str = ""
    category: str = StaffCategory.OFFICIAL


def _clerks(offices: dict[tuple[str, str], Office], names: Iterator[str], taken: set[int | None]) -> None:
    others: list[Other] = []
    for (kind, _), office in sorted(offices.items()):
        if kind == "hotline":
            others += [Other(name, office, "hotline_dispatcher") for name in islice(names, 6)]
        elif kind == "street.command_centre":
            others += [Other(name, office, "street_dispatcher") for name in islice(names, 2)]
        elif kind == "street":
            others.append(Other(next(names), office, "street_leader"))
            others.append(Other(next(names), office, "street_office"))
        elif kind == "community":
            others.append(Other(next(names), office, "community_head", StaffCategory.COMMUNITY))
            others.append(Other(next(names), office, "community_clerk", StaffCategory.COMMUNITY))
        elif (role_of := OFFICE_ROLES.get(office.level)) and office.pk not in taken:
            category = StaffCategory.ENTERPRISE if office.level == "enterprise" else StaffCategory.OFFICIAL
            others.append(Other(next(names), office, role_of, category))
    _open_accounts(others, prefix="kq")


def _grid_people(offices: dict[tuple[str, str], Office], names: Iterator[str], random: Random) -> None:
    """A chief for every three grids, a full-time member in each, part-time members and a policeman here and there."""
    held = {(s.grid_id, s.position) for s in staff_of(HOME)}
    posts: list[tuple[int, Grid, Position]] = []  # (index into others, grid, position)
    others: list[Other] = []
    chief: dict[str, tuple[int, int]] = {}  # community → (index, grids led)
    for grid in Grid.objects.current().below(HOME).order_by("code"):
        committee = offices["community", grid.community_code]
        if (grid.pk, Position.CHIEF) not in held:
            index, led = chief.get(grid.community_code, (-1, 3))
            if led == 3:
                others.append(Other(next(names), committee, category=StaffCategory.COMMUNITY))
                index, led = len(others) - 1, 0
            chief[grid.community_code] = index, led + 1
            posts.append((index, grid, Position.CHIEF))
        for position, category in _members(grid, held, random):
            others.append(Other(next(names), committee, category=category))
            posts.append((len(others) - 1, grid, position))
    users = _open_accounts(others, prefix="wg")
    grants = Grant.objects.bulk_create(
        Grant(user=users[i], role=role_for(p), path=g.code, office_id=others[i].office.pk, valid_from=SINCE)
        for i, g, p in posts
    )
    made = GridStaff.objects.bulk_create(
        GridStaff(grid=grid, user=users[i], position=position, grant=grant, valid_from=SINCE)
        for (i, grid, position), grant in zip(posts, grants, strict=True)
    )
    record_many("territory.gridstaff.begin", made, reason=WHY)


def _members(grid: Grid, held: set[tuple[int, str]], random: Random) -> Iterable[tuple[Position, StaffCategory]]:
    if (grid.pk, Position.FULL_TIME) not in held:
        yield Position.FULL_TIME, StaffCategory.GRID_FULL_TIME
    if grid.kind == GridKind.COMPREHENSIVE and random.random() < 0.25:
        yield Position.PART_TIME, StaffCategory.GRID_PART_TIME
    if grid.code.endswith("001"):
        yield Position.POLICE, StaffCategory.GRID_JUSTICE


def _open_accounts(others: Sequence[Other], *, prefix: str) -> list[User]:
    users = User.objects.bulk_create(
        User(username=f"{prefix}{number:05}", display_name=other.name, password=make_password(None))
        for number, other in enumerate(others, start=1)
    )
    record_many("access.user.create", users, reason=WHY)
    staff = Staff.objects.bulk_create(
        Staff(user=user, office=other.office, staff_no=user.username, category=other.category, valid_from=SINCE)
        for user, other in zip(users, others, strict=True)
    )
    StaffChange.objects.bulk_create(
        StaffChange(staff=s, what=StaffEvent.HIRED, on=SINCE, to_office=o.office, reason=WHY)
        for s, o in zip(staff, others, strict=True)
    )
    record_many("organization.staff.hire", staff, reason=WHY)
    grants = Grant.objects.bulk_create(_grant(u, o) for u, o in zip(users, others, strict=True) if o.role)
    record_many("access.grant.create", grants, reason=WHY)
    return users


def _grant(user: User, other: Other) -> Grant:
    return Grant(user=user, role=other.role, path=other.office.path, office_id=other.office.pk, valid_from=SINCE)
