"""The topics of a case, on its page, for those who read insight."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string

from wangge.cases.models import Case
from wangge.insight.topics import policy
from wangge.insight.topics.enums import TopicState
from wangge.kernel.access.scopes import permissions


def topics_of_case(request: HttpRequest, case: Case) -> str:
    """Markup of the topics the case belongs to; empty when there is none."""
    if "insight.read" not in permissions(request.user):
        return ""
    rows = policy.rows(request.user).filter(members__case=case)
    rows = rows.exclude(state__in=[TopicState.ASIDE, TopicState.MERGED])
    topics = list(rows.order_by("-heat")[:4])
    return render_to_string("topics/of_case.html", {"topics": topics}) if topics else ""
