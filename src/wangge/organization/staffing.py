"""Changes of staff: hired, transferred, changed, gone. ``by`` is the manager; ``None`` is the system.

Hiring makes the account and gives the roles; a transfer ends what was given for the old office and gives
the same roles for the new one; leaving ends the account. Each is a row of ``StaffChange`` and an audit entry.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db import transaction
from django.utils import timezone

from wangge.kernel.access import actions as access
from wangge.kernel.access.errors import AccessError
from wangge.kernel.access.models import Grant, User
from wangge.kernel.access.roles import Reach, Role, role
from wangge.kernel.access.scopes import forget
from wangge.kernel.audit.context import acting
from wangge.kernel.audit.recording import record
from wangge.kernel.periods import not_over
from wangge.organization import policy, queries
from wangge.organization.checks import check_day, check_manager
from wangge.organization.enums import StaffCategory, StaffEvent
from wangge.organization.errors import OrganizationError
from wangge.organization.models import Office, Post, Staff, StaffChange
from wangge.territory.models import GridStaff

PHONE: Final = re.compile(r"(\+?86)?1[3-9]\d{9}|0\d{2,3}-?\d{7,8}")


@dataclass(frozen=True, slots=True)
class Hired:
    """The new member of staff, and the first password to hand over (empty for an account that existed)."""

    staff: Staff
    password: str


def hire(
    *,
    office: Office,
    by: User | None,
    on: date,
    username: str = "",
    display_name: str = "",
    user: User | None = None,
    password: str | None = None,
    post: Post | None = None,
    staff_no: str = "",
    category: str = StaffCategory.OFFICIAL,
    phone: str = "",
    roles: Sequence[str] = (),
    path: str = "",
    reason: str = "",
) -> Hired:
    """Somebody begins to work in ``office`` on ``on``, with a new account or that of ``user``.

    ``roles`` are given for the office; those that reach over a place over ``path`` (default: the
    office's own). ``password`` is for demo and tests; otherwise one is generated and must be changed.
    Raises ``OrganizationError``; nothing is left behind then.
    """
    check_day(on)
    check_manager(by, office.path)
    check_roles(by, roles, office, path)
    with acting(by):
        _open(office)
        _post(post, office)
        first = ""
        if user is None:
            try:
                user, first = access.create_user(
                    username=username,
                    display_name=display_name,
                    password=password,
                    by=None,
                    must_change=password is None,
                )
            except AccessError as error:
                raise OrganizationError(str(error), field="username") from error
        elif Staff.objects.filter(user=user).exists():
            raise OrganizationError(f"{user}已在人员名单中，请办理调动。", field="username")
        if by is not None and user.pk == by.pk:
            raise OrganizationError("不能为本人办理入职。")
        staff = Staff(user=user, office=office, post=post, category=_category(category), valid_from=on)
        staff.staff_no = _staff_no(staff_no)
        staff.set_phone(clean_phone(phone))
        staff.save()
        _give(staff, roles, path=path, by=by, on=on, reason=reason or "办理入职")
        StaffChange.objects.create(
            staff=staff,
            what=StaffEvent.HIRED,
            on=on,
            to_office=office,
            to_post=post.title if post else "",
            reason=reason[:200],
            by=by,
        )
        changes = {"office": [None, office.pk], "roles": [None, list(roles)]}
        record("organization.staff.hire", staff, changes=changes, reason=reason, path=office.path)
    return Hired(staff, first)


def transfer(
    *,
    staff: Staff,
    to_office: Office,
    by: User | None,
    on: date,
    reason: str,
    post: Post | None = None,
    roles: Sequence[str] | None = None,
    path: str = "",
) -> Staff:
    """To another office. Roles held for the old office end; the same ones (or ``roles``) are given for the new.

    Reserved roles go along only where that widens nothing; otherwise the security administrator gives them anew.
    """
    check_day(on)
    check_manager(by, staff.office.path, to_office.path)
    _not_oneself(by, staff)
    reason = _reason(reason)
    with acting(by):
        found = _locked(staff, on)
        _open(to_office)
        _post(post, to_office)
        if found.office_id == to_office.pk and found.post_id == (post.pk if post else None) and roles is None:
            raise OrganizationError("机构和岗位都没有变化。", field="to_office")
        held = _grants(found)
        given = _carried(by, held, path or to_office.path) if roles is None else list(roles)
        check_roles(by, given if roles is not None else (), to_office, path)
        for grant in held:
            access.end_grant(grant=grant, by=None, reason=reason)
        before, before_post = found.office, found.post
        found.office, found.post = to_office, post
        found.save(update_fields=["office", "post"])
        _give(found, given, path=path, by=by, on=on, reason=reason)
        StaffChange.objects.create(
            staff=found,
            what=StaffEvent.TRANSFERRED,
            on=on,
            from_office=before,
            to_office=to_office,
            from_post=before_post.title if before_post else "",
            to_post=post.title if post else "",
            reason=reason[:200],
            by=by,
        )
        changes = {"office": [before.pk, to_office.pk], "roles": [[g.role for g in held], given]}
        record("organization.staff.transfer", found, changes=changes, reason=reason, path=to_office.path)
    return found


def leave(*, staff: Staff, by: User | None, on: date, reason: str) -> Staff:
    """The last day was the day before ``on``: the account ends with all its roles; the phone is erased."""
    check_day(on)
    check_manager(by, staff.office.path)
    _not_oneself(by, staff)
    reason = _reason(reason)
    with acting(by):
        found = _locked(staff, on)
        found.valid_to = on
        found.set_phone("")
        found.save(update_fields=["valid_to", "phone", "phone_index"])
        if found.user.ended_at is None:
            access.end_user(user=found.user, by=None, reason=reason)
        StaffChange.objects.create(
            staff=found,
            what=StaffEvent.LEFT,
            on=on,
            from_office=found.office,
            from_post=found.post.title if found.post else "",
            reason=reason[:200],
            by=by,
        )
        record(
            "organization.staff.leave", found, changes={"valid_to": [None, on]}, reason=reason, path=found.office.path
        )
    return found


def change_staff(
    *, staff: Staff, by: User | None, staff_no: str | None = None, category: str | None = None, phone: str | None = None
) -> Staff:
    """Particulars; ``None`` leaves one as it is. The audit entry names the fields, not the phone."""
    check_manager(by, staff.office.path)
    with acting(by):
        found = _locked(staff, timezone.localdate())
        changed: dict[str, list[object]] = {}
        if staff_no is not None and staff_no.strip() != found.staff_no:
            changed["staff_no"] = [found.staff_no, staff_no.strip()]
            found.staff_no = _staff_no(staff_no)
        if category is not None and category != found.category:
            changed["category"] = [found.category, category]
            found.category = _category(category)
        if phone is not None and clean_phone(phone) != (found.phone or ""):
            changed["phone"] = ["…", "…"]
            found.set_phone(clean_phone(phone))
        if changed:
            found.save()
            StaffChange.objects.create(
                staff=found, what=StaffEvent.CHANGED, on=timezone.localdate(), reason="、".join(changed), by=by
            )
            record("organization.staff.change", found, changes=changed, path=found.office.path)
    return found


def add_post(
    *, office: Office, title: str, by: User | None, rank: str = "", is_head: bool = False, sort: int = 0
) -> Post:
    """A post of ``office``; the one that exists when it has that title already."""
    check_manager(by, office.path)
    title = title.strip()
    if not title or len(title) > 60:
        raise OrganizationError("岗位名称须为1至60个字。", field="post")
    with acting(by):
        post, created = Post.objects.get_or_create(
            office=office, title=title, defaults={"rank": rank, "is_head": is_head, "sort": sort}
        )
        if created:
            record("organization.post.add", post, changes={"title": [None, title]}, path=office.path)
    return post


def check_roles(by: User | None, codes: Sequence[str], office: Office, path: str = "") -> list[Role]:
    """The roles behind ``codes``. Raises ``OrganizationError`` for an unknown one or one ``by`` may not give."""
    place = path or office.path
    if path and not path.startswith(office.path) and not office.path.startswith(path):
        raise OrganizationError("管辖范围不在机构的服务区划内。", field="path")
    found = []
    for code in codes:
        definition = role(code)
        if definition is None:
            raise OrganizationError(f"没有“{code}”这个角色。", field="roles")
        if by is not None and not policy.may_give(by, definition, place):
            raise OrganizationError(f"角色“{definition.label}”须由安全管理员授予。", field="roles")
        found.append(definition)
    return found


def clean_phone(phone: str) -> str:
    """Digits as they are dialled; empty stays empty. Raises ``OrganizationError``."""
    text = re.sub(r"[\s()\uff08\uff09]", "", phone)
    if text and PHONE.fullmatch(text) is None:
        raise OrganizationError("手机号码格式不对。", field="phone")
    return text.removeprefix("+").removeprefix("86") if len(text) > 11 and text.lstrip("+").startswith("86") else text


def _give(staff: Staff, codes: Sequence[str], *, path: str, by: User | None, on: date, reason: str) -> None:
    for definition in check_roles(None, codes, staff.office, path):
        place = "" if definition.reach is Reach.OFFICE else path or staff.office.path
        try:
            grant = access.grant_role(
                user=staff.user,
                role=definition.code,
                path=place,
                office_id=staff.office_id,
                by=None,  # judged by this module's policy; the audit entry names the manager
                reason=reason,
                valid_from=on,
            )
        except AccessError as error:
            raise OrganizationError(str(error), field="roles") from error
        Grant.objects.filter(pk=grant.pk).update(granted_by=by)
    forget(staff.user)


def _carried(by: User | None, held: Sequence[Grant], place: str) -> list[str]:
    """The roles of ``held`` that somebody takes along to ``place``."""
    carried = []
    for grant in held:
        definition = role(grant.role)
        if definition is None:
            continue
        narrows = bool(grant.path) and place.startswith(grant.path)
        if by is None or narrows or policy.may_give(by, definition, place):
            carried.append(definition.code)
    return list(dict.fromkeys(carried))


def _grants(staff: Staff) -> list[Grant]:
    """What was given for the office, and holds now or later; not what a post in a grid gives, which ends with that."""
    of_posts = staff.user.grid_posts.filter(grant__isnull=False).values("grant")
    held = staff.user.grants.filter(not_over(timezone.localdate()), office_id=staff.office_id).exclude(pk__in=of_posts)
    return list(held.order_by("pk"))


def _locked(staff: Staff, on: date) -> Staff:
    rows = Staff.objects.select_for_update(of=("self",)).select_related("user", "office", "post")
    found: Staff = rows.get(pk=staff.pk)
    if found.valid_to is not None:
        raise OrganizationError(f"{found}已于{found.valid_to}离职。")
    if on < found.valid_from:
        raise OrganizationError(f"日期不能早于入职日期{found.valid_from}。", field="on")
    return found


def _open(office: Office) -> None:
    # Somebody may well have worked there before the office was entered here: no check against its first day.
    ended = Office.objects.filter(pk=office.pk, valid_to__isnull=False).exists()
    if ended:
        raise OrganizationError(f"{office.name}已撤销，不能安排人员。", field="office")


@transaction.atomic
def act_for_the_committee(*, user_id: int, grid_code: str) -> None:
    """The grants that the user's post in the grid gave are for the community's committee too: what lies with it and
    is in the grid is theirs to handle (E01: the committee's matters are worked on in its grids)."""
    committee = queries.community_office(grid_code)
    if committee is None:
        return
    posts = GridStaff.objects.filter(user_id=user_id, grid__code=grid_code, valid_to__isnull=True)
    for grant in Grant.objects.filter(pk__in=posts.values("grant"), office_id=None):
        grant.office_id = committee.id
        grant.save(update_fields=["office_id"])
        record("access.grant.office", grant, changes={"office_id": [None, committee.id]}, path=grant.path)


def _post(post: Post | None, office: Office) -> None:
    if post is not None and post.office_id != office.pk:
        raise OrganizationError("岗位不属于该机构。", field="post")


def _not_oneself(by: User | None, staff: Staff) -> None:
    if by is not None and by.pk == staff.user_id:
        raise OrganizationError("不能为本人办理调动或离职。")


def _reason(reason: str) -> str:
    if len(reason.strip()) < 4:
        raise OrganizationError("请写明依据（至少4个字）。", field="reason")
    return reason.strip()


def _staff_no(staff_no: str) -> str:
    staff_no = staff_no.strip()
    if len(staff_no) > 32:
        raise OrganizationError("工号不超过32个字符。", field="staff_no")
    if staff_no and Staff.objects.filter(staff_no=staff_no).exists():
        raise OrganizationError(f"工号“{staff_no}”已被使用。", field="staff_no")
    return staff_no


def _category(category: str) -> str:
    if category not in StaffCategory.values:
        raise OrganizationError("没有这个人员类别。", field="category")
    return category
