"""Tampering as somebody who owns the tables can: the guards switched off, the deed done, the guards on again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from wangge.kernel.audit.models import AuditEntry
from wangge.kernel.audit.recording import record
from wangge.kernel.audit.sealing import seal

GUARDS = {
    "audit_auditentry": ("audit_entry_keep", "audit_entry_stamp"),
    "audit_auditseal": ("audit_seal_keep",),
}


@pytest.fixture
def tamper(transactional_db: None) -> Callable[..., None]:
    def run(sql: str, *params: object) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            for table, names in GUARDS.items():
                for name in names:
                    cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {name}")
            cursor.execute(sql, params)
            for table, names in GUARDS.items():
                for name in names:
                    always = "ALWAYS " if name.endswith("keep") else ""
                    cursor.execute(f"ALTER TABLE {table} ENABLE {always}TRIGGER {name}")

    return run


@pytest.fixture
def five(transactional_db: None) -> list[AuditEntry]:
    """Five entries, sealed."""
    found = [record(f"test.thing.step{n}", changes={"state": [n, n + 1]}, reason="测试") for n in range(5)]
    assert seal() == 5
    return found


@pytest.fixture(autouse=True)
def _own_anchors(settings: Any, tmp_path: Path) -> None:
    """The heads kept by the installation in this folder are none of a test's business."""
    settings.VAR_DIR = tmp_path
