"""Error answers: problem details (RFC 9457) in Chinese with an English code.

``{"type": "about:blank", "title": "…", "status": 422, "code": "validation_failed", "detail": "…",
"instance": "/api/…", "request_id": "…", "errors": [{"field": "kind", "code": "missing", "message": "必填"}]}``
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import DataError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from wangge.kernel.access.errors import AccessError
from wangge.kernel.access.routes import route_of
from wangge.kernel.audit.context import current
from wangge.kernel.flow import Conflict, FlowError, NotPermitted

log = structlog.get_logger(__name__)

TITLES: dict[int, tuple[str, str]] = {
    400: ("请求无法识别", "bad_request"),
    401: ("未通过身份验证", "unauthenticated"),
    403: ("没有权限", "forbidden"),
    404: ("没有找到", "not_found"),
    405: ("不支持该方法", "method_not_allowed"),
    409: ("与当前状态冲突", "conflict"),
    413: ("内容过大", "too_large"),
    415: ("不支持该内容类型", "unsupported_media_type"),
    422: ("内容不符合要求", "validation_failed"),
    429: ("请求过于频繁", "rate_limited"),
    500: ("系统内部错误", "internal_error"),
    503: ("系统暂时不可用", "unavailable"),
}

# The reasons pydantic gives, in our words; ``{name}`` comes from the error's context.
MESSAGES: dict[str, str] = {
    "missing": "必填",
    "string_type": "须为文本",
    "string_too_short": "至少{min_length}个字",
    "string_too_long": "不超过{max_length}个字",
    "string_pattern_mismatch": "格式不正确",
    "int_type": "须为整数",
    "int_parsing": "须为整数",
    "float_type": "须为数字",
    "float_parsing": "须为数字",
    "finite_number": "须为有限数字",
    "bool_type": "须为 true 或 false",
    "bool_parsing": "须为 true 或 false",
    "greater_than": "须大于{gt}",
    "greater_than_equal": "不能小于{ge}",
    "less_than": "须小于{lt}",
    "less_than_equal": "不能大于{le}",
    "enum": "须为以下之一：{expected}",
    "literal_error": "须为以下之一：{expected}",
    "list_type": "须为列表",
    "too_long": "不超过{max_length}项",
    "too_short": "至少{min_length}项",
    "dict_type": "须为对象",
    "model_attributes_type": "须为对象",
    "json_invalid": "不是合法的 JSON",
    "extra_forbidden": "不认识的字段",
    "datetime_parsing": "须为 ISO 8601 时间",
    "datetime_from_date_parsing": "须为 ISO 8601 时间",
    "timezone_aware": "须带时区",
    "date_parsing": "须为日期 YYYY-MM-DD",
    "date_from_datetime_parsing": "须为日期 YYYY-MM-DD",
    "uuid_parsing": "须为 UUID",
    "url_parsing": "须为网址",
}


class Problem(Exception):
    """Raise it anywhere below an endpoint; the caller gets a problem answer."""

    def __init__(
        self,
        status: int,
        detail: str = "",
        *,
        code: str = "",
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail or code)
        self.status, self.detail, self.errors, self.headers = status, detail, tuple(errors), headers or {}
        self.title, default_code = TITLES.get(status, ("请求未完成", f"http_{status}"))
        self.code = code or default_code

    def response(self, request: HttpRequest) -> HttpResponse:
        body: dict[str, Any] = {
            "type": "about:blank",
            "title": self.title,
            "status": self.status,
            "code": self.code,
            "detail": self.detail or self.title,
            "instance": request.path,
            "request_id": current().request_id,
        }
        if self.errors:
            body["errors"] = [dict(error) for error in self.errors]
        text = json.dumps(body, ensure_ascii=False)
        return HttpResponse(
            text, status=self.status, content_type="application/problem+json", headers=dict(self.headers)
        )


def _field(location: Sequence[Any]) -> str:
    """``("body", "data", "address", 0)`` → ``address.0``: where the caller wrote it."""
    parts = [str(part) for part in location]
    if parts and parts[0] in {"body", "query", "path", "header", "form", "file", "cookie"}:
        # Ninja puts the parameter's own name between the source and the field of a schema.
        parts = parts[2:] if parts[0] in {"body", "form"} and len(parts) > 2 else parts[1:]
    return ".".join(parts)


def _message(error: Mapping[str, Any]) -> str:
    template = MESSAGES.get(str(error.get("type")))
    if template is None:
        return str(error.get("msg", "不正确")).removeprefix("Value error, ")
    try:
        return template.format(**error.get("ctx", {}))
    except (KeyError, IndexError):
        return template


def from_validation(found: Sequence[Mapping[str, Any]]) -> Problem:
    """The problem of a request that does not fit the schema; names each field."""
    errors = [
        {"field": _field(error.get("loc", ())), "code": str(error.get("type", "invalid")), "message": _message(error)}
        for error in found
    ]
    detail = "；".join(f"{error['field']}：{error['message']}" for error in errors[:10])
    return Problem(422, detail, errors=errors)


def from_django_validation(error: DjangoValidationError) -> Problem:
    """The problem of a form's or model's validation error."""
    by_field = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    errors = [
        {"field": "" if field == "__all__" else field, "code": "invalid", "message": str(message)}
        for field, messages in by_field.items()
        for message in messages
    ]
    return Problem(422, "；".join(error["message"] for error in errors[:10]), errors=errors)


def _http(error: HttpError) -> Problem:
    parse = error.status_code == 400 and str(error).startswith("Cannot parse request body")
    return Problem(error.status_code, "请求内容无法解析。" if parse else str(error))


def _nul(error: Exception) -> Problem | None:
    """PostgreSQL's text holds no NUL; the driver, Django and the server each say so in their own way."""
    if "NUL" not in str(error) and "0x00" not in str(error):
        return None
    return Problem(422, "文本中不能含有空字符（NUL）。", code="nul_character")


def _unauthenticated(error: AuthenticationError) -> Problem:
    del error
    return Problem(401, "请提供有效的令牌。", headers={"WWW-Authenticate": 'Bearer realm="wangge"'})


# The first row whose class fits decides.
_PROBLEMS: tuple[tuple[type[Exception], Callable[[Any], Problem]], ...] = (
    (Problem, lambda error: error),
    (ValidationError, lambda error: from_validation(error.errors)),
    (DjangoValidationError, from_django_validation),
    (AuthenticationError, _unauthenticated),
    (HttpError, _http),
    (Http404, lambda _: Problem(404)),
    (PermissionDenied, lambda error: Problem(403, str(error))),
    (NotPermitted, lambda error: Problem(403, str(error))),
    (AccessError, lambda error: Problem(403, str(error))),
    (Conflict, lambda error: Problem(409, str(error))),
    (FlowError, lambda error: Problem(422, str(error), code="refused")),
    (DataError, lambda error: _nul(error) or Problem(422, "内容超出可保存的范围。", code="out_of_range")),
    (OperationalError, lambda _: Problem(503, "数据库暂时不可用，请稍后重试。", headers={"Retry-After": "5"})),
    (InterfaceError, lambda _: Problem(503, "数据库暂时不可用，请稍后重试。", headers={"Retry-After": "5"})),
    (UnicodeEncodeError, lambda _: Problem(422, "文本中含有不成对的代理字符。", code="bad_unicode")),
)


def problem_of(error: Exception) -> Problem | None:
    """The problem that an exception becomes; None for one that nobody foresaw."""
    for kind, become in _PROBLEMS:
        if isinstance(error, kind):
            return become(error)
    return _nul(error) if isinstance(error, ValueError) else None


def answer(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    """The answer to ``error``; what nobody foresaw is logged and answered with the request's id alone."""
    assert isinstance(error, Exception)
    problem = problem_of(error)
    if problem is None:
        log.error("api_unexpected_error", route=route_of(request), exc_info=error)
        problem = Problem(500, f"请将请求编号 {current().request_id} 告知系统管理员。")
    elif problem.status >= 500:
        log.error("api_unavailable", route=route_of(request), exc_info=error)
    return problem.response(request)


def install(api: NinjaAPI) -> None:
    """Every error of ``api`` becomes a problem answer."""
    for kind in (Exception, Http404, HttpError, ValidationError, Problem):
        api.add_exception_handler(kind, answer)
