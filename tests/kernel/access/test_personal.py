"""Every personal field of every model says why, on what basis, who reads it and how long it is kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import models

from wangge.kernel.access.personal import (
    BlindIndexField,
    EncryptedField,
    Personal,
    mask_identity_number,
    mask_name,
    mask_phone,
)
from wangge.kernel.access.rotation import blind_indexes

PERSONAL_WORDS = (
    "(^|_)(address|birth|birthday|caller|contact|email|id_?card|id_?number|identity|mobile|nickname|phone|"
    "real_?name|requester|resident|tel|wechat|openid|person|display_name|full_name|applicant|reporter)(_|$)"
)
# Looks personal by its name, and is not: label → reason.
NOT_PERSONAL: dict[str, str] = {
    "access.AddressLock.address": "the network address that is locked; part of the security log",
    "access.LoginFailure.address": "the network address of a failed login, while it counts; part of the security log",
    "access.SignIn.address": "the network address of a member of staff's own login; part of the security log",
    "api.Webhook.secret": "a key, no data of a person (declared all the same)",
    "audit.AuditEntry.address": "the network address of a request; part of the security log (Cyber Law art. 21)",
    "audit.AuditEntry.actor_label": "who acted; the purpose of the record",
    "organization.Office.phone": "the office's public number",
    "organization.Office.address": "the office's public address",
}


# Where the data of a person can be: not in numbers, flags and instants, not in a choice from a list.
TEXTS = (models.CharField, models.TextField, models.DateField, models.JSONField, models.BinaryField)


def own_models() -> Iterator[type[models.Model]]:
    return (model for model in apps.get_models() if model.__module__.startswith("wangge."))


def looks_personal(field: Any) -> bool:
    if isinstance(field, EncryptedField):
        return True
    if field.is_relation or field.choices or not isinstance(field, TEXTS) or isinstance(field, BlindIndexField):
        return False
    return re.search(PERSONAL_WORDS, field.name) is not None and not field.name.endswith("_index")


def test_every_personal_field_is_declared() -> None:
    undeclared = [
        label
        for model in own_models()
        for field in model._meta.local_concrete_fields
        if looks_personal(field)
        and field.name not in getattr(model, "personal_data", {})
        and (label := f"{model._meta.label}.{field.name}") not in NOT_PERSONAL
    ]
    assert undeclared == []


def test_every_declaration_is_complete_and_of_a_field_that_exists() -> None:
    wrong = []
    for model in own_models():
        declared: dict[str, Personal] = getattr(model, "personal_data", {})
        names = {field.name for field in model._meta.get_fields()}
        for name, said in declared.items():
            parts = (said.purpose, said.basis, said.readers, said.keep)
            if name not in names or not all(part.strip() for part in parts):
                wrong.append(f"{model._meta.label}.{name}")
    assert wrong == []


def test_the_exceptions_exist() -> None:
    labels = {f"{model._meta.label}.{field.name}" for model in own_models() for field in model._meta.get_fields()}
    assert set(NOT_PERSONAL) - labels == set()


def test_every_blind_index_is_known_to_the_reindexing() -> None:
    known = {(model, index.field) for model, index in blind_indexes()}
    unknown = [
        f"{model._meta.label}.{field.name}"
        for model in own_models()
        for field in model._meta.local_concrete_fields
        if isinstance(field, models.BinaryField) and field.name.endswith("_index") and (model, field.name) not in known
    ]
    assert unknown == []


def test_no_model_keeps_what_the_product_must_not_know() -> None:
    forbidden = re.compile("religio|ethnic|nationality|minzu|fingerprint_of|face_|biometric|criminal|credit_score")
    found = [
        f"{model._meta.label}.{field.name}"
        for model in own_models()
        for field in model._meta.local_concrete_fields
        if forbidden.search(field.name)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("text", "masked"),
    [("13800000000", "138****0000"), ("0472-5550000", "047*****0000"), ("12345", "***45"), ("", ""), (None, "")],
)
def test_phones_are_masked(text: str | None, masked: str) -> None:
    assert mask_phone(text) == masked


@pytest.mark.parametrize(("text", "masked"), [("张三", "张*"), ("欧阳小明", "欧**"), ("李", "李"), ("", "")])
def test_names_are_masked(text: str, masked: str) -> None:
    assert mask_name(text) == masked


def test_identity_numbers_are_masked() -> None:
    assert mask_identity_number("11010519491231002X") == "110105********002X"
