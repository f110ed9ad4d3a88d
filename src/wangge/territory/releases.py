"""Reading a release of division codes: the shipped one, or a folder with newer files."""

from __future__ import annotations

import csv
import gzip
import io
import lzma
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

from django.core.exceptions import ValidationError

from wangge.kernel.tables.reading import text_of
from wangge.territory.enums import CODE_LENGTHS

SHIPPED_ON: Final = date(2023, 6, 30)
SHIPPED: Final = Path(__file__).parent / "data" / "divisions-2023-06-30.csv.xz"
_ENDINGS: Final = (".csv", ".csv.gz", ".csv.xz")
_SHOWN: Final = 10
_PARENT_LENGTH: Final = {4: 2, 6: 4, 9: 6, 12: 9}


@dataclass(slots=True)
class Release:
    """Code → name of every division on a day; ``urban_rural`` where the release says it."""

    on: date
    names: dict[str, str]
    urban_rural: dict[str, str] = field(default_factory=dict)


def _text(path: Path) -> str:
    raw = path.read_bytes()
    if path.suffix == ".gz":
        raw = gzip.decompress(raw)
    elif path.suffix == ".xz":
        raw = lzma.decompress(raw)
    with text_of(raw) as handle:
        return handle.read()


def shipped(within: str = "") -> Release:
    """The release that comes with the package."""
    names = dict(line.split(",", 1) for line in _text(SHIPPED).splitlines()[1:])
    return _cut(Release(SHIPPED_ON, names), within)


def from_folder(folder: Path, on: date, within: str = "") -> Release:
    """A release from every ``.csv``, ``.csv.gz`` and ``.csv.xz`` in ``folder`` (columns ``code, name`` at least).

    UTF-8 or GBK. Raises ``ValidationError`` naming file, line and reason for bad, doubled or orphaned codes.
    """
    files = sorted(p for p in folder.iterdir() if p.name.endswith(_ENDINGS)) if folder.is_dir() else []
    if not files:
        raise ValidationError(f"目录里没有区划文件（.csv、.csv.gz或.csv.xz）：{folder}")
    release = Release(on, {})
    errors: list[str] = []
    for file in files:
        _read(file, release, errors)
    errors += [
        f"{code} {name}：没有上级 {code[: _PARENT_LENGTH[len(code)]]}"
        for code, name in release.names.items()
        if len(code) > 2 and code[: _PARENT_LENGTH[len(code)]] not in release.names
    ]
    if errors:
        more = [f"……共{len(errors)}处"] if len(errors) > _SHOWN else []
        raise ValidationError([*errors[:_SHOWN], *more])
    return _cut(release, within)


def _read(file: Path, release: Release, errors: list[str]) -> None:
    rows = csv.DictReader(io.StringIO(_text(file)))
    if not {"code", "name"} <= set(rows.fieldnames or ()):
        errors.append(f"{file.name}：缺少列 code、name")
        return
    for row in rows:
        code, name = (row["code"] or "").strip(), (row["name"] or "").strip()
        where = f"{file.name} 第{rows.line_num}行"
        if len(code) not in CODE_LENGTHS or not (code.isascii() and code.isdigit()):
            errors.append(f"{where}：代码不是2、4、6、9或12位数字：{code!r}")
        elif not name or len(name) > 60:
            errors.append(f"{where}：名称为空或超过60字")
        elif code in release.names and release.names[code] != name:
            errors.append(f"{where}：代码 {code} 重复，名称不同")
        else:
            release.names[code] = name
            if kind := (row.get("urban_rural") or "").strip():
                release.urban_rural[code] = kind[:3]


def _cut(release: Release, within: str) -> Release:
    """The release below ``within`` with the divisions above it. Raises ``ValidationError`` when there is none."""
    if not within:
        return release
    if within not in release.names:
        raise ValidationError(f"数据里没有代码为 {within} 的区划。")
    release.names = {c: n for c, n in release.names.items() if c.startswith(within) or within.startswith(c)}
    return release
