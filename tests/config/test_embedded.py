"""The embedded server outlives what kills its users."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from wangge.config import embedded


class Joined:
    """The wheel's list of processes that use the server."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def _get(self) -> list[int]:
        found: list[int] = json.loads(self.path.read_text())
        return found

    def put(self, values: list[int]) -> None:
        self.path.write_text(json.dumps(values))


def server(folder: Path, pids: list[int]) -> Any:
    joined = Joined(folder / "pids.json")
    joined.put(pids)
    return SimpleNamespace(pgdata=folder, global_process_id_list=joined)


def test_killed_processes_no_longer_keep_the_server_up(tmp_path: Path) -> None:
    import os

    one = server(tmp_path, [2**22 - 1, os.getpid()])
    embedded._forget_the_dead(one)
    assert one.global_process_id_list._get() == [os.getpid()]


def test_a_pid_file_whose_number_is_somebody_elses_is_removed(tmp_path: Path) -> None:
    import os

    (tmp_path / "postmaster.pid").write_text(f"{os.getpid()}\nrest\n")
    embedded._forget_the_dead(server(tmp_path, []))
    assert not (tmp_path / "postmaster.pid").exists()


@pytest.mark.parametrize(("gigabytes", "shared"), [(0.25, 128), (8, 2048), (16, 4096), (512, 8192)])
def test_the_server_takes_a_quarter_of_the_memory_within_limits(gigabytes: float, shared: int) -> None:
    assert f"shared_buffers = {shared}MB" in embedded.configuration(int(gigabytes * 2**30)).splitlines()


def test_the_application_role_owns_its_database_and_is_no_superuser(db: None) -> None:
    from django.db import connection

    from wangge.kernel.access.database import is_superuser_connection

    assert not is_superuser_connection()
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, pg_get_userbyid(datdba) FROM pg_database WHERE datname=current_database()")
        current, owner = cursor.fetchone()
    assert current == owner
