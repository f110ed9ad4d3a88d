"""The one way an API is made: same errors, same authentication, its description public."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from wangge.kernel.access.routes import public
from wangge.kernel.api.auth import TokenAuth
from wangge.kernel.api.idempotency import HEADER
from wangge.kernel.api.problems import install

TEXT: Final = {"type": "string"}
PROBLEM: Final[dict[str, Any]] = {
    "title": "Problem",
    "description": "Problem details (RFC 9457).",
    "type": "object",
    "required": ["type", "title", "status", "code", "detail", "instance"],
    "properties": {
        **dict.fromkeys(("type", "title", "code", "detail", "instance"), TEXT),
        "status": {"type": "integer"},
        "request_id": {"type": ["string", "null"]},
        "errors": {
            "type": "array",
            "items": {"type": "object", "properties": dict.fromkeys(("field", "code", "message"), TEXT)},
        },
    },
}
ERRORS: Final = {
    "description": "Refused, with the reason: `code` for the caller's program, `detail` in words.",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
KEY: Final = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "Sent again with the same key, the request is done once and answered twice (72 hours).",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[\\x21-\\x7e]+$"},
}


class _Described(NinjaAPI):
    """Its description tells of errors and keys too, which Ninja cannot read off the functions."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        described = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        described["components"].setdefault("schemas", {})["Problem"] = PROBLEM
        for item in described["paths"].values():
            for method, operation in item.items():
                operation["responses"]["default"] = ERRORS
                if method != "get":
                    operation.setdefault("parameters", []).append(KEY)
        return described


def make_api(
    title: str,
    version: str,
    *,
    namespace: str = "",
    description: str = "",
    auth: Callable[..., Any] | list[Callable[..., Any]] | None = None,
) -> NinjaAPI:
    """A NinjaAPI: tokens unless an operation says otherwise (``auth=None`` with ``@public("why")``), problem answers.

    The interactive page is off: it loads scripts from elsewhere. ``openapi.json`` is public.
    """
    api = _Described(
        title=title,
        version=version,
        description=description,
        urls_namespace=namespace or f"api-{version}",
        auth=auth if auth is not None else TokenAuth(),
        docs_url=None,
        docs_decorator=public("接口说明，不含数据"),
    )
    install(api)
    return api
