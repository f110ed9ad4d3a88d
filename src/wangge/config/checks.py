"""What production refuses: weak secrets, open hosts, plain http, a database role above row-level security.

Django system checks (ids ``wangge.E…``). ``wangge serve`` and ``wangge worker`` run them before they start;
``wangge doctor`` lists them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register, run_checks  # noqa: A004 - Django's name
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.utils import OperationalError

from wangge.config.keys import weakness_of_keys, weakness_of_secret
from wangge.kernel.access.database import is_superuser_connection


@register(Tags.security)
def secrets_are_strong(**_: Any) -> list[CheckMessage]:
    """Secrets of production must be its own."""
    if not settings.PRODUCTION:
        return []
    hint = "Make a set with `wangge secrets` and pass each by environment or NAME_FILE."
    found = (
        (
            "E001",
            "WANGGE_SECRET_KEY",
            weakness_of_secret(settings.SECRET_KEY, settings.DEVELOPMENT_SECRET),
        ),
        (
            "E002",
            "WANGGE_PERSONAL_DATA_KEYS",
            weakness_of_keys(settings.PERSONAL_DATA_KEYS, settings.DEVELOPMENT_PERSONAL_DATA_KEYS),
        ),
        (
            "E003",
            "WANGGE_BLIND_INDEX_KEY",
            weakness_of_keys(f"k:{settings.BLIND_INDEX_KEY}", f"k:{settings.DEVELOPMENT_BLIND_INDEX_KEY}"),
        ),
    )
    return [Error(f"{name} is weak: {why}.", hint=hint, id=f"wangge.{code}") for code, name, why in found if why]


@register(Tags.security)
def doors_are_closed(**_: Any) -> list[CheckMessage]:
    """Debug off, hosts named, https only."""
    if not settings.PRODUCTION:
        return []
    messages: list[CheckMessage] = []
    if settings.DEBUG:
        messages.append(Error("WANGGE_DEBUG is on in production.", id="wangge.E004"))
    if not settings.ALLOWED_HOSTS or "*" in settings.ALLOWED_HOSTS:
        messages.append(
            Error(
                "WANGGE_HOSTS must name the hosts of this installation, and never '*'.",
                hint="WANGGE_HOSTS=wangge.example.gov.cn",
                id="wangge.E005",
            )
        )
    plain = [origin for origin in settings.CSRF_TRUSTED_ORIGINS if not origin.startswith("https://")]
    if plain:
        messages.append(Error(f"WANGGE_ORIGINS has plain http: {', '.join(plain)}.", id="wangge.E006"))
    if not settings.SESSION_COOKIE_SECURE:
        messages.append(Error("WANGGE_HTTPS is off: cookies would travel in the clear.", id="wangge.E007"))
    if not settings.METRICS_TOKEN:
        messages.append(
            Warning("WANGGE_METRICS_TOKEN is empty: /metrics answers the local machine only.", id="wangge.W001")
        )
    return messages


@register(Tags.database)
def database_role_is_bound(databases: Iterable[str] | None = None, **_: Any) -> list[CheckMessage]:
    """The role the application connects as must be subject to row-level security."""
    if not databases or not settings.PRODUCTION:
        return []
    try:
        above = is_superuser_connection()
    except OperationalError as error:
        return [Warning(f"The database was not reached: {str(error).splitlines()[0]}", id="wangge.W002")]
    if not above:
        return []
    return [
        Error(
            f"The database role {connection.settings_dict.get('USER')!r} stands above row-level security.",
            hint="CREATE ROLE wangge LOGIN NOSUPERUSER NOBYPASSRLS; ALTER DATABASE … OWNER TO wangge;",
            id="wangge.E008",
        )
    ]


def refuse_weak_settings(*, database: bool = True) -> None:
    """Raise ``ImproperlyConfigured`` naming every error, in production; elsewhere do nothing."""
    if not settings.PRODUCTION:
        return
    tags = [Tags.security] + ([Tags.database] if database else [])
    messages = run_checks(tags=tags, databases=["default"] if database else None)
    errors = [message for message in messages if message.is_serious() and str(message.id).startswith("wangge.")]
    if errors:
        lines = "\n".join(f"  {e.id}: {e.msg}" + (f"\n      {e.hint}" if e.hint else "") for e in errors)
        raise ImproperlyConfigured(f"production refuses these settings:\n{lines}")
