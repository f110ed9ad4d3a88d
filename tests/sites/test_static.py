"""What the browser gets is ours, known by hash, and free of what the content security policy forbids."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src/wangge"
STATIC = SOURCE / "sites/static"
VENDOR = STATIC / "vendor"
TEMPLATES = sorted(SOURCE.rglob("templates/**/*.html"))
OPEN_LICENCES = {"MIT", "0BSD", "BSD-0-Clause", "BSD-3-Clause", "Apache-2.0"}

packages = json.loads((VENDOR / "vendor.json").read_text("utf-8"))


def test_every_vendored_file_is_in_the_manifest_with_its_hash() -> None:
    listed = {name: digest for package in packages for name, digest in package["files"].items()}
    present = {
        str(path.relative_to(VENDOR)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.rglob("*")
        if path.is_file() and path.name != "vendor.json"
    }
    assert present == listed


def test_every_package_has_an_open_licence_with_its_text() -> None:
    assert {package["licence"] for package in packages} <= OPEN_LICENCES
    assert all(any(name.endswith("/LICENSE") for name in package["files"]) for package in packages)


def test_no_source_maps() -> None:
    assert [path.name for path in VENDOR.rglob("*.map")] == []
    assert [
        path.name for path in VENDOR.rglob("*") if path.is_file() and b"sourceMappingURL=" in path.read_bytes()[-300:]
    ] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_template_has_no_inline_script_style_or_foreign_address(path: Path) -> None:
    text = path.read_text("utf-8")
    found = re.findall(
        r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:|(?:src|href)=\"(?:https?:)?//", text
    )
    assert found == []


def test_every_icon_named_exists_in_the_sprite() -> None:
    sprite = next(VENDOR.glob("tabler-icons-*/sprite.svg")).read_text("utf-8")
    known = set(re.findall(r'<symbol id="([^"]+)"', sprite))
    named = {name for path in TEMPLATES for name in re.findall(r'{% icon "([^"]+)"', path.read_text("utf-8"))}
    named |= {name for path in TEMPLATES for name in re.findall(r'\bicon="([^"]+)"', path.read_text("utf-8"))}
    for path in SOURCE.rglob("*.py"):
        named |= set(re.findall(r'\bicon(?:_name)?(?:=|\(|": )"([a-z0-9-]+)"', path.read_text("utf-8")))
    assert named - known == set()
