"""What every change of the organization begins with: who may, and from which day."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from wangge.kernel.access.models import User
from wangge.organization import policy
from wangge.organization.errors import OrganizationError


def check_manager(by: User | None, *paths: str) -> None:
    """Raises ``OrganizationError`` unless ``by`` manages every path."""
    if by is not None and not all(policy.may_manage(by, path) for path in paths):
        raise OrganizationError("您没有管理该区划机构和人员的权限。")


def check_day(on: date) -> None:
    if on > timezone.localdate():
        raise OrganizationError("生效日期不能晚于今天。", field="on")
