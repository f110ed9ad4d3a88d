"""The one way an API is made: same errors, same authentication, its description public."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ninja import NinjaAPI

from wangge.kernel.access.routes import public
from wangge.kernel.api.auth import TokenAuth
from wangge.kernel.api.problems import install


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
    api = NinjaAPI(
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
