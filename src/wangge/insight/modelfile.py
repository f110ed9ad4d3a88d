"""A model in a file: a ZIP of numpy arrays and one JSON manifest. Nothing in it is ever executed.

The manifest names the format, the classes, what the model was trained on (a hash), what was measured, and
the SHA-256 of every array. A file that does not agree with its manifest is refused.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from wangge.insight.classifier import Model
from wangge.insight.ngrams import LONGEST, Vocabulary

FORMAT: Final = "wangge.insight.linear"
VERSION: Final = 1
ARRAYS: Final = {"known": "<u8", "idf": "<f4", "weights": "<f4", "bias": "<f4"}
LARGEST: Final = 2_000_000_000  # bytes of one array, unpacked


class BadModel(ValueError):
    """The file is no model of this version, or was changed."""


def save(model: Model, file: Path) -> None:
    """Write ``model``; a model already there is replaced whole or not at all."""
    arrays: dict[str, NDArray[Any]] = {
        "known": model.vocabulary.known,
        "idf": model.idf,
        "weights": model.weights,
        "bias": model.bias,
    }
    packed = {name: _packed(arrays[name].astype(kind)) for name, kind in ARRAYS.items()}
    manifest = {
        "format": FORMAT,
        "version": VERSION,
        "classes": list(model.classes),
        "sizes": list(model.vocabulary.sizes),
        "sharpness": list(model.sharpness),
        "sha256": {name: hashlib.sha256(data).hexdigest() for name, data in packed.items()},
        "about": model.about,
    }
    draft = file.with_name(file.name + ".part")
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
        archive.writestr("manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1))
        for name, data in packed.items():
            archive.writestr(f"{name}.npy", data)
    draft.replace(file)


def load(file: Path) -> Model:
    """Read a model.

    Raises:
        BadModel: not a model, another version, damaged or changed.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            manifest = json.loads(archive.read("manifest.json"))
            if (manifest.get("format"), manifest.get("version")) != (FORMAT, VERSION):
                raise BadModel(f"{file.name} 不是本版本的模型文件")
            arrays = {name: _unpacked(archive, name, kind, manifest["sha256"][name]) for name, kind in ARRAYS.items()}
        return _assembled(manifest, arrays, file.name)
    except (zipfile.BadZipFile, KeyError, TypeError, AttributeError, json.JSONDecodeError, UnicodeDecodeError) as error:
        raise BadModel(f"{file.name} 不是模型文件，或已损坏") from error


def _packed(array: NDArray[Any]) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=False)
    return stream.getvalue()


def _unpacked(archive: zipfile.ZipFile, name: str, kind: str, digest: str) -> NDArray[Any]:
    if archive.getinfo(f"{name}.npy").file_size > LARGEST:
        raise BadModel("模型文件过大")
    data = archive.read(f"{name}.npy")
    if hashlib.sha256(data).hexdigest() != digest:
        raise BadModel(f"模型文件已损坏或被改动：{name}")
    try:
        array: NDArray[Any] = np.load(io.BytesIO(data), allow_pickle=False)
    except ValueError as error:
        raise BadModel(f"模型文件含有不允许的内容：{name}") from error
    if array.dtype.str != kind:
        raise BadModel(f"模型文件的数据类型不对：{name}")
    return array


def _assembled(manifest: dict[str, Any], arrays: dict[str, NDArray[Any]], name: str) -> Model:
    classes = tuple(str(label) for label in manifest["classes"])
    sizes = tuple(int(size) for size in manifest["sizes"])
    known, idf, weights, bias = (arrays[part] for part in ARRAYS)
    one, several = (float(value) for value in manifest["sharpness"])
    agrees = (
        known.ndim == 1
        and len(known) > 0
        and bool((known[1:] > known[:-1]).all())
        and known[0] > 0
        and idf.shape == known.shape
        and weights.shape == (len(known), len(classes))
        and bias.shape == (len(classes),)
        and len(classes) > 1
        and set(sizes) <= set(range(1, LONGEST + 1))
        and bool(sizes)
        and all(np.isfinite(part).all() for part in (idf, weights, bias))
        and np.isfinite([one, several]).all()
    )
    if not agrees:
        raise BadModel(f"{name} 的内容前后不一致")
    return Model(classes, Vocabulary(known, sizes), idf, weights, bias, (one, several), dict(manifest["about"]))
