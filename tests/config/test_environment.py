"""Settings come from the environment, secrets also from files."""

from __future__ import annotations

from pathlib import Path

import pytest

from wangge.config import embedded
from wangge.config.environment import Environment, _Stripped


def reading(values: dict[str, str]) -> Environment:
    env = Environment()
    env.ENVIRON = _Stripped(values)
    return env


def test_a_value_comes_from_the_file_that_is_named(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from the file\n")
    env = reading({"X_FILE": str(tmp_path / "secret"), "X": "from the environment"})
    assert env.str("X") == "from the file"


def test_the_database_address_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("postgresql://wangge:secret@database:5432/wangge\n")
    found = reading({"DATABASE_URL_FILE": str(tmp_path / "url")}).db_url("DATABASE_URL")
    assert (found["NAME"], found["HOST"], found["PASSWORD"]) == ("wangge", "database", "secret")


def test_no_embedded_server_is_started_beside_a_named_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "url").write_text("postgresql://there/wangge\n")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("DATABASE_URL_FILE", str(tmp_path / "url"))
    assert embedded.ensure(directory=tmp_path / "postgres") == "postgresql://there/wangge"
    assert not (tmp_path / "postgres").exists()


def test_a_missing_file_is_an_error_at_once(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        reading({"X_FILE": str(tmp_path / "none")}).str("X")
