"""What an office's page shows of duties: how many kinds it leads, and the way to them."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from wangge.duties import policy
from wangge.duties.web.tables import lead_of
from wangge.organization.models import Office


def office_duties(request: HttpRequest, office: Office) -> str:
    """Duties led by the office's kind or by the office itself; empty when there are none."""
    if not policy.may_read(request.user):
        return ""
    rows = policy.visible_duties(request.user).in_force(timezone.localdate())
    by_kind = rows.filter(lead_of(office.kind), Q(path="") | Q(path__startswith=office.path)).count()
    by_name = rows.filter(lead_office=office).count()
    if not by_kind + by_name:
        return ""
    url = f"{reverse('duty_rows')}?lead={office.kind}&state=open"
    named = format_html("，指名主办 {} 条职责", by_name) if by_name else ""
    return format_html('同类机构主办 <a href="{}">{} 个类别</a>的事项{}。', url, by_kind, named)
