"""The house rules a machine can check: sizes, docstrings, foreign keys, migrations, signals, names."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import ForeignKey, ManyToManyField, OneToOneField

SOURCE = Path(__file__).resolve().parents[2] / "src" / "wangge"
TESTS = SOURCE.parent.parent / "tests"
LIMIT = 600

# Longer files, each with the reason why splitting it would make it harder to read.
LONG_FILES: dict[str, str] = {}

# Lower number: lower layer. The order of house and pyproject.toml's import contract.
LAYERS = (
    ("kernel",),
    ("territory",),
    ("organization",),
    ("duties",),
    ("population", "workforce"),
    ("party", "ledgers"),
    ("cases",),
    ("whistle", "services", "enforcement", "petitions", "volunteering", "deliberation"),
    ("assessment",),
    ("insight",),
    ("cockpit",),
    ("sites",),
    ("config",),
    ("demo",),
)


def python_files(root: Path = SOURCE) -> Iterator[Path]:
    return (file for file in sorted(root.rglob("*.py")) if "__pycache__" not in file.parts)


def relative(file: Path) -> str:
    return file.relative_to(SOURCE.parent.parent).as_posix()


def layer(module: str) -> int | None:
    """The layer of ``wangge.x.y``; None for what is not ours."""
    parts = module.split(".")
    if parts[0] != "wangge":
        return None
    return next(number for number, names in enumerate(LAYERS) if parts[1] in names)


def own_apps() -> list[str]:
    return sorted(config.name for config in apps.get_app_configs() if config.name.startswith("wangge."))


def test_no_file_is_longer_than_600_lines() -> None:
    long = {}
    for root in (SOURCE, TESTS):
        for file in python_files(root):
            lines = len(file.read_text(encoding="utf-8").splitlines())
            if lines > LIMIT and relative(file) not in LONG_FILES:
                long[relative(file)] = lines
    assert long == {}


def test_the_list_of_long_files_holds_long_files_only() -> None:
    root = SOURCE.parent.parent
    assert [name for name in LONG_FILES if len((root / name).read_text(encoding="utf-8").splitlines()) <= LIMIT] == []


def test_every_package_says_what_it_is() -> None:
    silent = []
    for file in python_files():
        if file.name != "__init__.py" or file.parent.name == "migrations":
            continue
        if not ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))):
            silent.append(relative(file))
    assert silent == []


def test_every_package_has_an_init() -> None:
    folders = {file.parent for file in python_files()}
    assert [relative(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


def test_every_module_folder_is_an_app_with_its_own_name() -> None:
    wrong = {name: apps.get_app_config(name.rsplit(".", 1)[-1]).name for name in own_apps()}
    assert wrong == {name: name for name in own_apps()}


@pytest.mark.parametrize("name", own_apps())
def test_foreign_keys_point_down(name: str) -> None:
    upward = []
    here = layer(name)
    assert here is not None
    for model in apps.get_app_config(name.rsplit(".", 1)[-1]).get_models():
        for field in model._meta.get_fields():
            if not isinstance(field, ForeignKey | OneToOneField | ManyToManyField):
                continue
            target = field.related_model
            assert not isinstance(target, str)
            there = layer(target._meta.app_config.name)
            if there is not None and there > here:
                upward.append(f"{model.__name__}.{field.name} → {target._meta.label}")
    assert upward == []


# The kernel's own arrows are an import contract.
@pytest.mark.parametrize("name", [name for name in own_apps() if not name.startswith("wangge.kernel")])
def test_sibling_modules_do_not_reference_each_other(name: str) -> None:
    here = layer(name)
    assert here is not None
    across = []
    for model in apps.get_app_config(name.rsplit(".", 1)[-1]).get_models():
        for field in model._meta.get_fields():
            if isinstance(field, ForeignKey | OneToOneField | ManyToManyField):
                target = field.related_model
                assert not isinstance(target, str)
                other = target._meta.app_config.name
                # The apps of one module (insight.topics, insight.governance) are its parts, not its siblings.
                if other.split(".")[1] != name.split(".")[1] and layer(other) == here:
                    across.append(f"{model.__name__}.{field.name} → {target._meta.label}")
    assert across == []


def test_migrations_are_named() -> None:
    nameless = [
        relative(file)
        for file in sorted(SOURCE.rglob("migrations/0*.py"))
        if re.search(r"_auto_\d|_alter_.*_and_more|_and_more$", file.stem)
    ]
    assert nameless == []


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    from django.core.management import call_command

    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_no_django_signals() -> None:
    forbidden = re.compile(r"django\.(db\.models|core|test|dispatch|contrib\.auth)\.?(signals)|django\.dispatch")
    found = [relative(file) for file in python_files() if forbidden.search(file.read_text(encoding="utf-8"))]
    assert found == []


def test_no_evaluated_text() -> None:
    found = [
        f"{relative(file)}:{node.lineno}"
        for file in python_files()
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"eval", "exec"}
    ]
    assert found == []


def test_a_place_is_never_a_condition_in_the_code() -> None:
    """No ``if division == "150203"``: what differs by place is a row."""
    division = re.compile(r"\d{6}|\d{9}|\d{12}|\d{15}")
    found = [
        f"{relative(file)}:{node.lineno}"
        for file in python_files()
        if not {"migrations", "demo"} & set(file.parts)
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Compare)
        for side in (node.left, *node.comparators)
        if isinstance(side, ast.Constant) and isinstance(side.value, str) and division.fullmatch(side.value)
    ]
    assert found == []


def test_tests_mirror_the_source() -> None:
    """``tests/a/b`` exists only for ``src/wangge/a/b`` (architecture, journeys and the like aside)."""
    free = {
        "architecture",
        "journeys",
        "security",
        "api",
        "integration",
        "bench",
        "data",
        "fixtures",
        "scripts",
        "docs",
    }
    lost = []
    for folder in sorted(TESTS.rglob("*")):
        if not folder.is_dir() or folder.name.startswith(("_", ".")):
            continue
        parts = folder.relative_to(TESTS).parts
        if free.isdisjoint(parts) and not (SOURCE / Path(*parts)).is_dir():
            lost.append("/".join(parts))
    assert lost == []
