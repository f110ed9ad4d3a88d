"""Production refuses weak settings, by name."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from wangge.config import checks, keys


@pytest.fixture
def production(settings: Any) -> Any:
    """Good production settings; each test spoils one."""
    made = dict(line.split("=", 1) for line in keys.environment_lines().splitlines())
    settings.PRODUCTION = True
    settings.DEBUG = False
    settings.SECRET_KEY = made["WANGGE_SECRET_KEY"]
    settings.PERSONAL_DATA_KEYS = made["WANGGE_PERSONAL_DATA_KEYS"]
    settings.BLIND_INDEX_KEY = made["WANGGE_BLIND_INDEX_KEY"]
    settings.METRICS_TOKEN = made["WANGGE_METRICS_TOKEN"]
    settings.ALLOWED_HOSTS = ["wangge.example.gov.cn"]
    settings.CSRF_TRUSTED_ORIGINS = ["https://wangge.example.gov.cn"]
    settings.SESSION_COOKIE_SECURE = True
    return settings


def ids() -> list[str]:
    return [str(message.id) for message in (*checks.secrets_are_strong(), *checks.doors_are_closed())]


def test_good_settings_pass(production: Any) -> None:
    assert ids() == []
    checks.refuse_weak_settings(database=False)


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("SECRET_KEY", "short", "wangge.E001"),
        ("PERSONAL_DATA_KEYS", "k1:AAAA", "wangge.E002"),
        ("BLIND_INDEX_KEY", "AAAA", "wangge.E003"),
        ("DEBUG", True, "wangge.E004"),
        ("ALLOWED_HOSTS", ["*"], "wangge.E005"),
        ("ALLOWED_HOSTS", [], "wangge.E005"),
        ("CSRF_TRUSTED_ORIGINS", ["http://wangge.example.gov.cn"], "wangge.E006"),
        ("SESSION_COOKIE_SECURE", False, "wangge.E007"),
        ("METRICS_TOKEN", "", "wangge.W001"),
    ],
)
def test_each_weak_setting_is_found(production: Any, name: str, value: Any, found: str) -> None:
    setattr(production, name, value)
    assert ids() == [found]


def test_development_defaults_are_refused_together(production: Any) -> None:
    production.SECRET_KEY = production.DEVELOPMENT_SECRET
    production.PERSONAL_DATA_KEYS = production.DEVELOPMENT_PERSONAL_DATA_KEYS
    production.BLIND_INDEX_KEY = production.DEVELOPMENT_BLIND_INDEX_KEY
    with pytest.raises(ImproperlyConfigured) as refusal:
        checks.refuse_weak_settings(database=False)
    assert [code for code in ("E001", "E002", "E003") if code in str(refusal.value)] == ["E001", "E002", "E003"]


def test_a_warning_does_not_stop_the_start(production: Any) -> None:
    production.METRICS_TOKEN = ""
    checks.refuse_weak_settings(database=False)


def test_development_is_not_checked(settings: Any) -> None:
    settings.PRODUCTION = False
    settings.SECRET_KEY = "x"
    checks.refuse_weak_settings(database=False)


@pytest.mark.django_db
def test_the_application_role_is_bound_by_row_level_security(production: Any) -> None:
    assert checks.database_role_is_bound(databases=["default"]) == []
