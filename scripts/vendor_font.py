# ruff: noqa: INP001 (a script, not a package)
"""Make the fonts that PDF sheets carry: Noto Sans SC from npm, cut down to GB 2312 and the names of China's divisions.

Run by a developer when the font changes (needs npm and fonttools): ``python scripts/vendor_font.py DIVISIONS_FOLDER``.
The result is committed, so that a sheet looks the same on every machine, whatever fonts it has.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

TARGET = Path(__file__).resolve().parent.parent / "src/wangge/cockpit/fonts"
PACKAGE = "@expo-google-fonts/noto-sans-sc@0.4.3"
WEIGHTS = {"400Regular": "NotoSansSC-Regular.ttf", "700Bold": "NotoSansSC-Bold.ttf"}
MARKS = "·—–‘’“”…℃°±×÷≤≥≠→←↑↓①②③④⑤⑥⑦⑧⑨⑩■□●○◆◇★☆△▲▼▽√％‰＋－＝　、。〈〉《》「」『』【】〔〕！（），．：；？～￥"
DROPPED = ["GSUB", "GPOS", "GDEF", "BASE", "STAT", "vhea", "vmtx", "VORG"]


def characters(divisions: Path) -> set[str]:
    """ASCII, marks, the 6,763 characters of GB 2312 and whatever else a division is called by."""
    found = {chr(code) for code in range(0x20, 0x7F)} | set(MARKS)
    for row in range(0xB0, 0xF8):
        found |= set(bytes(b for cell in range(0xA1, 0xFF) for b in (row, cell)).decode("gb2312", "ignore"))
    for file in divisions.glob("*.csv"):
        found |= {c for c in file.read_text(encoding="utf-8") if "\u3400" <= c <= "\u9fff"}
    return found


def main(divisions: Path) -> None:
    wanted = [ord(c) for c in characters(divisions)]
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", PACKAGE], cwd=folder, check=True, capture_output=True)
        with tarfile.open(next(Path(folder).glob("*.tgz"))) as archive:
            archive.extractall(folder, filter="data")
        for weight, name in WEIGHTS.items():
            font = TTFont(Path(folder) / "package" / weight / f"NotoSansSC_{weight}.ttf")
            options = subset.Options(layout_features=[], hinting=False, notdef_outline=True)
            options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
            options.drop_tables += DROPPED
            cutter = subset.Subsetter(options)
            cutter.populate(unicodes=wanted)
            cutter.subset(font)
            font.save(TARGET / name)
        (TARGET / "LICENSE").write_bytes((Path(folder) / "package" / "LICENSE_FONT").read_bytes())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
