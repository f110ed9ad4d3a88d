"""Opening the offices of a template in one action."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Q

from wangge.kernel.access.models import User
from wangge.kernel.audit.context import acting
from wangge.kernel.audit.recording import record
from wangge.organization import book
from wangge.organization.checks import check_day, check_manager
from wangge.organization.enums import Level, OfficeEvent
from wangge.organization.errors import OrganizationError
from wangge.organization.kinds import table as kind_table
from wangge.organization.models import Office, OfficeChange, OfficeKind, Post
from wangge.organization.templates import Item, Template, fits, is_county, words
from wangge.organization.templates import template as template_of
from wangge.territory import queries as territory
from wangge.territory.models import Division


@dataclass(frozen=True, slots=True)
class Planned:
    """One office a template asks for, and the office that already answers to it, if any."""

    item: Item
    kind: OfficeKind
    name: str
    plates: tuple[str, ...]
    existing: Office | None


def plan(*, path: str, template: str, place: str = "") -> list[Planned]:
    """What ``establish`` would do at ``path``; nothing is written.

    ``place`` overrides the division's name. Raises ``OrganizationError`` for an unknown template or
    division, or when the template belongs to another level.
    """
    chosen = template_of(template)
    if not fits(chosen, path):
        raise OrganizationError(f"模板“{chosen.label}”只能用于{Level(chosen.level).label}。", field="path")
    texts = _texts(chosen, path, place)
    county = is_county(texts["place"])
    kinds = kind_table()
    there: dict[str, Office] = {}
    # Closed ones too: what a district has closed is not opened again by a second press.
    rows = Office.objects.filter(path=path, kind__in=[item.kind for item in chosen.items])
    for office in rows.filter(Q(valid_to__isnull=True) | Q(template_key=template)).order_by("valid_to", "-id"):
        if office.kind not in there or office.valid_to is None:
            there[office.kind] = office
    return [
        Planned(
            item=item,
            kind=kinds[item.kind],
            name=((county and item.name_county) or item.name).format(**texts),
            plates=tuple(plate.format(**texts) for plate in item.plates),
            existing=there.get(item.kind),
        )
        for item in chosen.items
    ]


def _texts(chosen: Template, path: str, place: str) -> dict[str, str]:
    name = place or territory.name_of(path)
    if not name or name == path:
        raise OrganizationError(f"没有代码为{path}的区划，请先载入区划数据。", field="path")
    city = territory.name_of(path[:4]) if len(path) > 4 else ""
    if city in {path[:4], "市辖区", "县"} or city.startswith(("省直辖", "自治区直辖")):
        city = territory.name_of(path[:2]) if city in {"市辖区", "县"} else ""
    return words(place=name, level=chosen.level, city=city)


def establish(*, path: str, template: str, by: User | None, on: date, place: str = "") -> list[Office]:
    """Open every office of ``template`` that the division ``path`` does not have yet; return those opened.

    One transaction. A second run opens nothing. Supervising departments are linked by kind, also those
    that are established later than the bodies they supervise.
    """
    check_day(on)
    check_manager(by, path)
    with acting(by):
        with connection.cursor() as cursor:  # two presses at once: the second waits, and finds everything there
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"organization.establish:{path}"])
        planned = plan(path=path, template=template, place=place)
        by_kind = {p.item.kind: p.existing for p in planned if p.existing is not None}
        opened: list[Office] = []
        for wave in _waves(p for p in planned if p.existing is None):
            created = Office.objects.bulk_create([_office(p, path, template, on, by_kind) for p in wave])
            by_kind.update({office.kind: office for office in created})
            opened.extend(created)
        if opened:
            basis = f"从模板“{template_of(template).label}”设立"
            _add_posts(planned, by_kind, {office.pk for office in opened})
            OfficeChange.objects.bulk_create(
                OfficeChange(
                    office=office, what=OfficeEvent.OPENED, on=on, after={"name": office.name}, reason=basis, by=by
                )
                for office in opened
            )
            link(path)
            changes = {"template": [None, template], "offices": [None, [office.pk for office in opened]]}
            record("organization.establish", changes=changes, path=path)
    return opened


def establish_below(*, path: str, template: str, by: User | None, on: date) -> list[Office]:
    """``establish`` for ``path`` itself or every division below it at the template's level, in one transaction."""
    check_manager(by, path)
    codes = codes_for(path=path, template=template)
    if not codes:
        raise OrganizationError(f"{path}之下没有可用模板“{template_of(template).label}”的区划。", field="path")
    with acting(by):
        return [o for code in codes for o in establish(path=code, template=template, by=by, on=on)]


def codes_for(*, path: str, template: str) -> list[str]:
    """The current divisions at or below ``path`` at the level of the template."""
    chosen = template_of(template)
    codes = Division.objects.current().below(path).order_by("code").values_list("code", flat=True)
    return [code for code in codes if fits(chosen, code)]


def _waves(planned: Iterable[Planned]) -> list[list[Planned]]:
    """Parents before children: an office whose parent is in the same batch waits for the next wave."""
    waiting = list(planned)
    waves: list[list[Planned]] = []
    while waiting:
        missing = {p.item.kind for p in waiting}
        wave = [p for p in waiting if p.item.parent not in missing]
        if not wave:
            raise OrganizationError("模板中的上级机构互相指向。", field="template")
        waves.append(wave)
        waiting = [p for p in waiting if p.item.parent in missing]
    return waves


def _office(planned: Planned, path: str, template: str, on: date, by_kind: dict[str, Office]) -> Office:
    return Office(
        name=planned.name,
        second_names=list(planned.plates),
        kind=planned.kind.code,
        level=planned.kind.level,
        nature=planned.kind.nature,
        path=path,
        parent=by_kind.get(planned.item.parent),
        sort=planned.kind.sort,
        valid_from=on,
        template_key=template,
    )


def _add_posts(planned: Sequence[Planned], by_kind: dict[str, Office], opened: set[int]) -> None:
    posts = [
        Post(office=by_kind[p.item.kind], title=post.title, rank=post.rank, is_head=post.is_head, sort=number)
        for p in planned
        if by_kind[p.item.kind].pk in opened
        for number, post in enumerate(p.item.posts)
    ]
    Post.objects.bulk_create(posts)


# Offices at or below %(path)s without a supervising department (or, for communities, without a parent): the
# nearest office in force of the kind that their kind names, found by the longest path that leads to them.
_LINK_DEPARTMENTS = """
UPDATE organization_office AS office SET department_id = found.id
FROM organization_office AS body
JOIN organization_officekind AS kind ON kind.code = body.kind AND kind.department_kind <> ''
CROSS JOIN LATERAL (
    SELECT department.id FROM organization_office AS department
    WHERE department.kind = kind.department_kind AND department.valid_to IS NULL
        AND department.path = ANY (ARRAY[body.path, left(body.path, 9), left(body.path, 6), left(body.path, 4)])
    ORDER BY length(department.path) DESC, department.sort, department.id LIMIT 1
) AS found
WHERE office.id = body.id AND body.department_id IS NULL AND body.valid_to IS NULL AND body.id <> found.id
    AND body.path LIKE %(path)s || '%%'
"""
_LINK_COMMUNITIES = """
UPDATE organization_office AS office SET parent_id = street.id
FROM organization_office AS street
WHERE office.level = 'community' AND office.parent_id IS NULL AND office.valid_to IS NULL
    AND office.path LIKE %(path)s || '%%'
    AND street.kind = 'street' AND street.valid_to IS NULL AND street.path = left(office.path, 9)
"""


def link(path: str) -> None:
    """Give the offices at and below ``path`` the department and the street that were missing."""
    with connection.cursor() as cursor:
        cursor.execute(_LINK_DEPARTMENTS, {"path": path})
        cursor.execute(_LINK_COMMUNITIES, {"path": path})
    book.changed()
