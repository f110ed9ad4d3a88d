"""Sessions of a user: opened at login, limited in number, ended with a reason."""

from __future__ import annotations

from datetime import datetime
from importlib import import_module

from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from wangge.kernel.access.models import SignIn, User
from wangge.kernel.audit.context import acting, current
from wangge.kernel.audit.recording import record

SEEN = "wangge_seen"  # session key: when the user last did something (Unix seconds)


def open_session(*, request: HttpRequest, user: User, how: str) -> None:
    """Sign ``user`` in and end the oldest sessions beyond ``MAX_SESSIONS_PER_USER``; ``how`` names the factors."""
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    request.session[SEEN] = int(timezone.now().timestamp())
    if request.session.session_key is None:
        request.session.save()
    with acting(user):
        User.objects.select_for_update().get(pk=user.pk)  # two logins at once are counted one after the other
        SignIn.objects.create(
            user=user,
            session_key=request.session.session_key or "",
            address=current().address,
            agent=request.headers.get("User-Agent", "")[:200],
        )
        record("access.user.login", user, changes={"how": how})
        surplus = SignIn.objects.filter(user=user, ended_at__isnull=True).order_by("-started_at", "-pk")
        end_sessions(list(surplus[settings.MAX_SESSIONS_PER_USER :]), reason="超出同时登录数")


def open_sessions(user: User) -> QuerySet[SignIn]:
    """The sessions whose cookie still counts, newest first (one left to expire was never ended)."""
    alive = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    return SignIn.objects.filter(user=user, ended_at__isnull=True, session_key__in=alive).order_by("-started_at")


def end_sessions(sign_ins: list[SignIn], *, reason: str) -> int:
    """End these sessions: their cookies are worth nothing from now on. How many."""
    store = import_module(settings.SESSION_ENGINE).SessionStore
    now = timezone.now()
    for sign_in in sign_ins:
        store(sign_in.session_key).delete()
    SignIn.objects.filter(pk__in=[s.pk for s in sign_ins]).update(ended_at=now, ended_by=reason)
    return len(sign_ins)


def end_all(user: User, *, reason: str, keep: str | None = None) -> int:
    """End every session of ``user`` but the one with the key ``keep``."""
    still_open = SignIn.objects.filter(user=user, ended_at__isnull=True).exclude(session_key=keep or "")
    return end_sessions(list(still_open), reason=reason)


def follow_key(*, old: str | None, new: str | None) -> None:
    """The session goes on under a new key (Django cycles it when the password changes)."""
    if old and new and old != new:
        SignIn.objects.filter(session_key=old, ended_at__isnull=True).update(session_key=new)


@transaction.atomic
def forget_expired(*, now: datetime) -> int:
    """Delete sessions whose time is over; a sign-in left to expire is marked as ended. How many sessions."""
    done, _ = Session.objects.filter(expire_date__lt=now).delete()
    alive = Session.objects.values("session_key")
    left = SignIn.objects.filter(ended_at__isnull=True).exclude(session_key__in=alive)
    left.update(ended_at=now, ended_by="会话到期")
    return done


def close_session(*, request: HttpRequest, reason: str) -> None:
    """Sign the request's user out."""
    if request.user.is_authenticated:
        with acting(request.user):
            SignIn.objects.filter(session_key=request.session.session_key or "", ended_at__isnull=True).update(
                ended_at=timezone.now(), ended_by=reason
            )
            record("access.user.logout", request.user, reason=reason)
    logout(request)
