"""A system that calls the REST interface in a test."""

from __future__ import annotations

import itertools
import json
from typing import Any

from django.test import Client

from wangge.kernel.api.systems import create_system

_NUMBERS = itertools.count(1)


class Calling:
    """A new system with these scopes over a place, or for an office; answers ``(status, body)``."""

    def __init__(self, path: str, *scopes: str, office: int | None = None) -> None:
        name = f"接入{next(_NUMBERS)}"
        self.token = create_system(name=name, scopes=scopes, path=path, office_id=office, by=None)[1]

    def get(self, url: str) -> tuple[int, Any]:
        return self._send("GET", url, "")

    def post(self, url: str, data: Any, **headers: str) -> tuple[int, Any]:
        return self._send("POST", url, json.dumps(data), **headers)

    def _send(self, method: str, url: str, body: str, **headers: str) -> tuple[int, Any]:
        client = Client(headers={"Authorization": f"Bearer {self.token}", **headers})
        response = client.generic(method, f"/api/v1{url}", body, content_type="application/json")
        return response.status_code, response.json()
