"""The command line: built-in verbs, a group per module, modules imported only when called."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from wangge.config import cli

ROOT = Path(__file__).resolve().parents[2]


def test_help_lists_every_verb_and_every_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "wangge.config.cli", "--help"], capture_output=True, text=True, check=True, cwd=ROOT
    )
    missing = [
        name
        for name in ("serve", "worker", "migrate", "demo", "doctor", "backup", "restore", *cli.module_commands())
        if f" {name} " not in done.stdout
    ]
    assert missing == []


def test_every_cli_module_has_an_app() -> None:
    from importlib import import_module

    import typer

    for file in cli.module_commands().values():
        dotted = ".".join(("wangge", *file.relative_to(cli.PACKAGE).with_suffix("").parts))
        assert isinstance(import_module(dotted).app, typer.Typer), dotted


def test_no_module_takes_a_built_in_name() -> None:
    builtin = {command.name or command.callback.__name__ for command in cli.app.registered_commands if command.callback}
    assert builtin & set(cli.module_commands()) <= {"demo"}


def test_an_unknown_verb_is_named() -> None:
    result = CliRunner().invoke(cli.app, ["nonsense"])
    assert result.exit_code == 2
    assert "nonsense" in result.output


@pytest.mark.parametrize("verb", ["restore"])
def test_restore_asks_first(verb: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(cli.app, [verb, str(tmp_path)], input="n\n")
    assert result.exit_code == 1
