# ruff: noqa: INP001 (a script, not a package)
"""Fetch the browser assets by name and version into ``src/wangge/sites/static/vendor``.

Run by a developer when a version changes (``python scripts/vendor.py``, needs npm); the files are committed,
so that neither a user's build nor a browser ever asks another host. Source maps are left out and the comments
that point to them removed. ``vendor.json`` records package, version, licence and the hash of every file.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

TARGET = Path(__file__).resolve().parent.parent / "src/wangge/sites/static/vendor"
SOURCE_MAP = re.compile(rb"\n?(/\*#|//#) sourceMappingURL=[^\n]*?(\*/)?\s*$")

MIT = """MIT License

{copyright}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""

# One name a line; `python scripts/vendor.py` after adding one (https://tabler.io/icons).
ICONS = (Path(__file__).parent / "icons.txt").read_text(encoding="utf-8").split()


@dataclass(frozen=True)
class Package:
    """What is taken from one npm package: ``files`` maps the path in the package to the name kept."""

    name: str
    version: str
    files: dict[str, str] = field(default_factory=dict)
    copyright: str = ""  # for a package that ships no licence text of its own

    @property
    def folder(self) -> str:
        return f"{self.name.lstrip('@').replace('/', '-')}-{self.version}"


PACKAGES = [
    Package(
        "@tabler/core",
        "1.6.1",
        {"dist/css/tabler.min.css": "tabler.min.css", "dist/js/tabler.min.js": "tabler.min.js"},
        copyright="Copyright (c) 2018-2026 The Tabler Authors",
    ),
    Package("@tabler/icons", "3.51.0"),
    Package("htmx.org", "2.0.11", {"dist/htmx.min.js": "htmx.min.js"}),
    Package(
        "maplibre-gl",
        "5.24.1",
        {
            "dist/maplibre-gl-csp.js": "maplibre-gl-csp.js",
            "dist/maplibre-gl-csp-worker.js": "maplibre-gl-csp-worker.js",
            "dist/maplibre-gl.css": "maplibre-gl.css",
        },
    ),
    Package("echarts", "6.1.0", {"dist/echarts.min.js": "echarts.min.js", "NOTICE": "NOTICE"}),
]


def fetch(package: Package, into: Path) -> Path:
    """Download and unpack one package; returns its root folder."""
    done = subprocess.run(
        ["npm", "pack", f"{package.name}@{package.version}", "--silent"],
        cwd=into,
        check=True,
        capture_output=True,
        text=True,
    )
    with tarfile.open(into / done.stdout.strip().splitlines()[-1]) as archive:
        archive.extractall(into / package.folder, filter="data")
    return into / package.folder / "package"


def sprite(icons: Path) -> str:
    """One SVG file with a symbol per icon of ``ICONS`` (``star-filled`` comes from the filled set)."""
    symbols = []
    for name in sorted(set(ICONS)):
        filled = name.endswith("-filled")
        source = icons / ("filled" if filled else "outline") / f"{name.removesuffix('-filled')}.svg"
        body = re.sub(r"<svg.*?>(.*)</svg>", r"\1", source.read_text(encoding="utf-8"), flags=re.DOTALL)
        body = re.sub(r'<path stroke="none" d="M0 0h24v24H0z" fill="none" />', "", body)
        style = 'fill="currentColor"' if filled else 'fill="none" stroke="currentColor" stroke-width="2"'
        symbols.append(
            f'<symbol id="{name}" viewBox="0 0 24 24" {style} stroke-linecap="round" stroke-linejoin="round">'
            f"{' '.join(body.split())}</symbol>"
        )
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def vendor(package: Package, root: Path) -> dict[str, object]:
    """Copy what is needed of an unpacked package and describe it for the manifest."""
    folder = TARGET / package.folder
    folder.mkdir(parents=True)
    for source, name in package.files.items():
        (folder / name).write_bytes(SOURCE_MAP.sub(b"\n", (root / source).read_bytes()))
    if package.name == "@tabler/icons":
        (folder / "sprite.svg").write_text(sprite(root / "icons"), encoding="utf-8")
    licence = next((p for name in ("LICENSE", "LICENSE.txt", "LICENSE.md") if (p := root / name).exists()), None)
    text = licence.read_text(encoding="utf-8") if licence else MIT.format(copyright=package.copyright)
    (folder / "LICENSE").write_text(text, encoding="utf-8")
    described = json.loads((root / "package.json").read_text(encoding="utf-8"))
    return {
        "name": package.name,
        "version": package.version,
        "licence": described["license"],
        "files": {
            f"{package.folder}/{path.name}": hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.iterdir())
        },
    }


def main() -> None:
    shutil.rmtree(TARGET, ignore_errors=True)
    with tempfile.TemporaryDirectory() as temporary:
        manifest = [vendor(package, fetch(package, Path(temporary))) for package in PACKAGES]
    (TARGET / "vendor.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
