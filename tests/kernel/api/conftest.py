"""Systems that call, and an API made for the tests."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from wangge.kernel.api.models import System
from wangge.kernel.api.systems import create_system

URLS = "tests.kernel.api.endpoints"

Call = Callable[..., Any]


@pytest.fixture
def platform(db: None) -> tuple[System, str]:
    """区12345平台: the hotline's platform, with its token."""
    return create_system(name="区12345平台", scopes=["things:read", "things:write"], path="150203", by=None)


@pytest.fixture
def call(platform: tuple[System, str], settings: Any) -> Call:
    """``call("POST", "/api/things", {"name": "井盖"}, key="a")``: a request with the platform's token."""
    settings.ROOT_URLCONF = URLS

    def send(
        method: str, path: str, body: Any = None, *, token: str | None = None, key: str | None = None, **more: Any
    ) -> Any:
        headers = more.pop("headers", {}) | {"Authorization": f"Bearer {platform[1] if token is None else token}"}
        if key is not None:
            headers["Idempotency-Key"] = key
        content = body if isinstance(body, str | bytes) else json.dumps(body, ensure_ascii=False)
        return Client().generic(
            method, path, content if body is not None else b"", "application/json", headers=headers, **more
        )

    return send
