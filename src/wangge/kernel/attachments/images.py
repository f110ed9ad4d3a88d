"""Images: decoded within limits and encoded again, so that nothing but the picture remains."""

from __future__ import annotations

import io
import math
import warnings
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, Final
from zoneinfo import ZoneInfo

from PIL import ExifTags, Image, ImageCms, ImageOps

from wangge.kernel.attachments.errors import FileRefused
from wangge.kernel.attachments.kinds import JPEG, PNG, Kind

# 64 megapixels decode to 192 MB; the common phone takes 12 to 50.
MAX_PIXELS: Final = 64_000_000
LARGEST_EDGE: Final = 4096
THUMB_EDGE: Final = 320
SCREEN_EDGE: Final = 1600
_SHANGHAI: Final = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class ExifPosition:
    """Where (WGS 84, degrees) and, when the camera says so, at which instant the photo was taken."""

    lng: float
    lat: float
    taken_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """A re-encoded image. ``variants`` maps thumb and (for large ones) screen to JPEG bytes."""

    content: bytes
    variants: dict[str, bytes]
    width: int
    height: int
    position: ExifPosition | None


def read(file: BinaryIO, kind: Kind, name: str) -> Picture:
    """Decode and encode again. Raises FileRefused when too many pixels, damaged or not decodable."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns about odd metadata, which is dropped anyway
            image: Image.Image = Image.open(file, formats=["JPEG", "PNG", "WEBP"])
            if image.width * image.height > MAX_PIXELS:
                raise too_large(name)
            position = _position(image)
            image.draft("RGB", (LARGEST_EDGE, LARGEST_EDGE))
            image.load()
            image = _plain(image)
        return _encoded(image, kind, position)
    except FileRefused:
        raise
    except MemoryError:
        raise
    except Image.DecompressionBombError as error:  # Pillow's own limit, met before ours
        raise too_large(name) from error
    except Exception as error:
        # Decoders raise whatever the damaged byte leads them to (OSError, SyntaxError, struct.error, ValueError …).
        raise FileRefused(f"图片“{name}”已损坏或无法读取，请重新拍摄或另存后上传。", "damaged") from error


def too_large(name: str) -> FileRefused:
    return FileRefused(f"“{name}”超过{MAX_PIXELS // 10_000}万像素的上限；请缩小后上传。", "pixels")


def _plain(image: Image.Image) -> Image.Image:
    """Upright, sRGB, RGB or RGBA, at most LARGEST_EDGE, without metadata."""
    image.thumbnail((LARGEST_EDGE, LARGEST_EDGE), Image.Resampling.LANCZOS)
    profile = image.info.get("icc_profile")
    image = ImageOps.exif_transpose(image)
    transparent = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
    if profile and image.mode in ("RGB", "CMYK"):
        image = _to_srgb(image, profile)
    image = image.convert("RGBA" if transparent else "RGB")
    image.info = {}
    return image


def _to_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    try:
        converted = ImageCms.profileToProfile(
            image, ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image  # a broken profile: colours as they are
    return converted or image


def _encoded(image: Image.Image, kind: Kind, position: ExifPosition | None) -> Picture:
    content = io.BytesIO()
    if kind is JPEG:
        image.convert("RGB").save(content, "JPEG", quality=88, optimize=False)
    elif kind is PNG:
        image.save(content, "PNG", compress_level=6)
    else:
        image.save(content, "WEBP", quality=85, method=2)
    variants = {}
    flat = _flat(image)
    if max(flat.size) > SCREEN_EDGE:
        flat.thumbnail((SCREEN_EDGE, SCREEN_EDGE), Image.Resampling.LANCZOS, reducing_gap=3.0)
        variants["screen"] = _jpeg(flat, 82)
    flat.thumbnail((THUMB_EDGE, THUMB_EDGE), Image.Resampling.LANCZOS, reducing_gap=3.0)
    variants["thumb"] = _jpeg(flat, 76)
    return Picture(content.getvalue(), variants, image.width, image.height, position)


def _flat(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image.copy()
    white = Image.new("RGB", image.size, "white")
    white.paste(image, mask=image.getchannel("A"))
    return white


def _jpeg(image: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
    return out.getvalue()


def _position(image: Image.Image) -> ExifPosition | None:
    try:
        exif = image.getexif()
        gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
        lat = _degrees(gps[ExifTags.GPS.GPSLatitude], gps[ExifTags.GPS.GPSLatitudeRef], "S")
        lng = _degrees(gps[ExifTags.GPS.GPSLongitude], gps[ExifTags.GPS.GPSLongitudeRef], "W")
    except Exception:  # EXIF is written by thousands of cameras; a photo without position is normal
        return None
    if not (math.isfinite(lat) and math.isfinite(lng) and abs(lat) <= 90 and abs(lng) <= 180) or (lat, lng) == (0, 0):
        return None
    return ExifPosition(round(lng, 7), round(lat, 7), _taken_at(exif))


def _degrees(parts: Any, reference: str, negative: str) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    return -value if reference.strip("\0 ").upper() == negative else value


def _taken_at(exif: Image.Exif) -> datetime | None:
    try:
        details = exif.get_ifd(ExifTags.IFD.Exif)
        local = datetime.strptime(str(details[ExifTags.Base.DateTimeOriginal]), "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007
        offset = details.get(ExifTags.Base.OffsetTimeOriginal)
        return datetime.fromisoformat(f"{local.isoformat()}{offset}") if offset else local.replace(tzinfo=_SHANGHAI)
    except (KeyError, ValueError, TypeError):
        return None
