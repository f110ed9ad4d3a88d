"""The OpenAPI description against the application itself: whatever fits it (or just not) is answered as it says."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.generation.modes import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.cases.conftest import DISTRICT, World
from tests.conftest import see_everything

from wangge.assessment.models import Period
from wangge.cases.actions import dispatch_by_list
from wangge.cases.flow import CaseFlow
from wangge.cockpit import actions as briefs
from wangge.insight.topics.models import Topic, TopicMember
from wangge.kernel.api.systems import create_system
from wangge.sites.openapi.urls import api
from wangge.whistle.models import Summons, Whistle

SCOPES: Final = (
    *("cases:read", "cases:write", "cases:dispatch", "cases:handle", "cases:call_back"),
    *("kinds:suggest", "topics:read", "briefs:read"),
    *("whistles:read", "whistles:write", "assessment:read"),
)
CHECKS: Final = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES: Final = 25
BOUNDED: Final = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
OPERATIONS: Final = [
    f"{method.upper()} {path}" for path, item in api.get_openapi_schema()["paths"].items() for method in item
]


def application() -> Callable[..., Iterable[bytes]]:
    """The WSGI application on the test's own connection; between requests the test is the system again."""
    wsgi = get_wsgi_application()

    def call(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        # Both would close the connection of the test's transaction, as they do at the end of any other request.
        request_started.disconnect(close_old_connections)
        request_finished.disconnect(close_old_connections)
        try:
            return [b"".join(wsgi(environ, start_response))]
        finally:
            request_started.connect(close_old_connections)
            request_finished.connect(close_old_connections)
            see_everything()

    return call


@pytest.fixture
def token(world: World) -> str:
    return create_system(name="测试平台", scopes=SCOPES, path=DISTRICT, by=None, rate_per_minute=100_000)[1]


@pytest.fixture
def known(world: World) -> list[dict[str, Any]]:
    """Parts of addresses behind which there is something: cases that the steps may begin with, and one of each else."""
    received, dispatched, checked = world.file(), world.dispatched(), world.file(reply_wanted=True)
    dispatch_by_list(case=checked, by=world["话务小赵"])
    flow = CaseFlow(checked)
    flow.reply(text="已清运", contacted="phone")
    today, now = timezone.localdate(), timezone.now()
    topic = Topic.objects.create(
        name="东门垃圾", path=DISTRICT, heat=1.5, first_on=today, last_on=today, created_at=now, updated_at=now
    )
    for case in (received, dispatched, checked):
        TopicMember.objects.create(topic=topic, case=case, path=case.path, on=today)
    briefs.make(for_on=today)
    whistle = Whistle.objects.create(
        number="150203202601010000017", kind="work", origin="patrol", title="外墙脱落", text="成片脱落", tried="已劝",
        wanted="请鉴定", path=received.path[:12], street_path=received.path[:9], address="东门", state="running",
        office_ids=[world.offices["housing"].pk], blown_at=now, created_at=now,
    )  # fmt: skip
    summons = Summons.objects.create(
        whistle=whistle, office=world.offices["housing"], role="lead", state="summoned", summoned_at=now
    )
    period = Period.objects.create(
        path=DISTRICT, month=today.replace(day=1), state="published", round=1, frozen_at=now, published_at=now
    )
    things = {"path": DISTRICT, "for_on": today.isoformat(), "pk": topic.pk, "whistle": whistle.number}
    things |= {"summons": summons.pk, "period": period.pk}
    return [{"number": case.number, **things} for case in (received, dispatched, checked)]


@pytest.mark.parametrize("mode", list(GenerationMode), ids=["fitting", "not fitting"])
@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.django_db
def test_an_operation_keeps_its_description(
    operation: str, mode: GenerationMode, token: str, known: list[dict[str, Any]]
) -> None:
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application())
    method, path = operation.split(" ", 1)
    described = schema[path][method]

    @seed(20_260_501)
    @BOUNDED
    @given(case=described.as_strategy(generation_mode=mode), there=st.sampled_from([{}, *known]))
    def conforms(case: Any, there: dict[str, Any]) -> None:
        if case.path_parameters:
            case.path_parameters |= {name: part for name, part in there.items() if name in case.path_parameters}
        answer = case.call(headers={"Authorization": f"Bearer {token}"})
        case.validate_response(answer, checks=CHECKS)

    conforms()
