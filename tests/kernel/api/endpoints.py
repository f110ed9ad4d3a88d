"""An API for the tests: things with names, kept as audit entries."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.http import Http404, HttpRequest
from django.urls import path
from ninja import Schema, Status
from pydantic import Field

from wangge.kernel.access.errors import AccessError
from wangge.kernel.access.routes import public
from wangge.kernel.api.auth import ApiKeyAuth, requires_scope
from wangge.kernel.api.factory import make_api
from wangge.kernel.api.idempotency import idempotent
from wangge.kernel.audit.context import current
from wangge.kernel.audit.recording import record
from wangge.kernel.flow import Conflict, NotPermitted, Refused

api = make_api("测试接口", "1.0", namespace="test-api")


class Place(Schema):
    path: str = Field(max_length=17)


class ThingIn(Schema):
    name: str = Field(min_length=1, max_length=10)
    weight: int | None = Field(None, ge=0)
    place: Place | None = None


class ThingOut(Schema):
    id: int
    name: str


@api.post("/things", response={201: ThingOut})
@idempotent
@requires_scope("things:write")
def create_thing(request: HttpRequest, data: ThingIn) -> Any:
    entry = record("thing.create", changes={"name": data.name})
    if data.name == "坏":
        raise AccessError("不能登记坏的。")
    if data.name == "炸":
        raise RuntimeError("secret detail")
    return Status(201, {"id": entry.pk, "name": data.name})


@api.get("/things", response=list[ThingOut])
@requires_scope("things:read")
def list_things(request: HttpRequest) -> Any:
    return []


@api.get("/admin", response=ThingOut)
@requires_scope("things:admin")
def admin(request: HttpRequest) -> Any:
    return {"id": 1, "name": "x"}


@api.get("/who")
@requires_scope("things:read")
def who(request: HttpRequest) -> Any:
    actor = current().actor
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('wangge.paths'), current_setting('wangge.offices')")
        paths, offices = cursor.fetchone()
    return {
        "kind": actor.kind,
        "label": actor.label,
        "office": actor.office_id,
        "paths": paths,
        "offices": offices,
    }


ERRORS: dict[str, Exception] = {
    "conflict": Conflict("老王已签收。"),
    "not-permitted": NotPermitted("您不能派单。"),
    "refused": Refused("还没有联系诉求人。"),
    "gone": Http404(),
}


@api.get("/errors/{name}")
@requires_scope("things:read")
def error(request: HttpRequest, name: str) -> Any:
    raise ERRORS[name]


@api.get("/echo/{text}")
@requires_scope("things:read")
def echo(request: HttpRequest, text: str) -> Any:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT %s::varchar", [text])
        return {"text": cursor.fetchone()[0]}


@api.get("/open", auth=None)
@public("测试")
def open_to_all(request: HttpRequest) -> Any:
    return {"ok": True}


@api.get("/open311", auth=ApiKeyAuth())
@requires_scope("things:read")
def open311(request: HttpRequest) -> Any:
    return {"label": current().actor.label}


@api.post("/open311", auth=ApiKeyAuth())
@idempotent
@requires_scope("things:write")
def open311_post(request: HttpRequest) -> Any:
    return {"id": record("thing.create").pk}


urlpatterns = [path("api/", api.urls)]
