"""The right of a requester to see one matter for a while: a signed, expiring entry in the session."""

from __future__ import annotations

from typing import Final

from django.core import signing
from django.http import HttpRequest

from wangge.cases.models import Case

KEY: Final = "resident_cases"
SALT: Final = "wangge.cases.following"
SECONDS: Final = 30 * 60
MOST: Final = 10


def allow(request: HttpRequest, case: Case) -> None:
    """Let this session see ``case`` for half an hour."""
    held = dict(request.session.get(KEY, {}))
    held.pop(case.number, None)
    held[case.number] = signing.dumps(case.pk, salt=SALT)
    request.session[KEY] = dict(list(held.items())[-MOST:])


def entry(request: HttpRequest, number: str) -> Case | None:
    """The case, if this session may see it now."""
    token = request.session.get(KEY, {}).get(number)
    if not token:
        return None
    try:
        pk = signing.loads(token, salt=SALT, max_age=SECONDS)
    except signing.BadSignature:
        return None
    return Case.objects.filter(pk=pk, number=number).first()


def leave(request: HttpRequest) -> None:
    """Somebody else may take the phone now."""
    request.session.pop(KEY, None)
