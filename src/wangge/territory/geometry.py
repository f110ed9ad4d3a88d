"""Coordinates and outlines: conversion between systems, validity, area, drawing grids.

Longitude and latitude are degrees; a point array has shape ``(n, 2)``, longitude first. CGCS2000 is
stored and taken as equal to WGS-84 (centimetres apart). GCJ-02 (AMap, Tencent) and BD-09 (Baidu) are
conventions of map vendors: formula and constants as in rules 2.5 (published eviltransform).
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely
from django.core.exceptions import ValidationError
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

from wangge.territory.enums import Crs

Points = npt.NDArray[np.float64]

_A: Final = 6378245.0
_EE: Final = 0.00669342162296594323
_X_PI: Final = math.pi * 3000.0 / 180.0
# Outside this box the vendors do not shift coordinates.
CHINA: Final = (72.004, 0.8293, 137.8347, 55.8271)
# What a stored point must lie in: the land and islands, so that swapped values are caught.
_LNG: Final = (73.0, 136.0)
_LAT: Final = (3.0, 54.0)
_AUTHALIC_RADIUS: Final = 6371007.2
_MAX_VERTICES: Final = 100_000


def _in_china(points: Points) -> npt.NDArray[np.bool_]:
    lng, lat = points[:, 0], points[:, 1]
    inside: npt.NDArray[np.bool_] = (lng >= CHINA[0]) & (lng <= CHINA[2]) & (lat >= CHINA[1]) & (lat <= CHINA[3])
    return inside


def _shift(points: Points) -> Points:
    """How far GCJ-02 lies from WGS-84 at each point, in degrees; zero outside the box."""
    x, y = points[:, 0] - 105.0, points[:, 1] - 35.0
    wave = 20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)
    root = np.sqrt(np.abs(x))
    d_lat = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    d_lat += (wave + 20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    d_lat += (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    d_lng = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    d_lng += (wave + 20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    d_lng += (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    radians = points[:, 1] / 180.0 * np.pi
    magic = 1.0 - _EE * np.sin(radians) ** 2
    root_magic = np.sqrt(magic)
    d_lat = d_lat * 180.0 / ((_A * (1.0 - _EE)) / (magic * root_magic) * np.pi)
    d_lng = d_lng * 180.0 / (_A / root_magic * np.cos(radians) * np.pi)
    shift: Points = np.where(_in_china(points)[:, None], np.column_stack([d_lng, d_lat]), 0.0)
    return shift


def _wgs_to_gcj(points: Points) -> Points:
    return points + _shift(points)


def _gcj_to_wgs(points: Points) -> Points:
    """Fixed-point iteration; the shift varies slowly, so five rounds reach 1e-9 degrees."""
    guess = points - _shift(points)
    for _ in range(6):
        step = points - _wgs_to_gcj(guess)
        guess = guess + step
        if float(np.abs(step).max(initial=0.0)) < 1e-9:
            break
    # A point outside the box was never shifted.
    result: Points = np.where(_in_china(points)[:, None], guess, points)
    return result


def _gcj_to_bd(points: Points) -> Points:
    x, y = points[:, 0], points[:, 1]
    z = np.hypot(x, y) + 0.00002 * np.sin(y * _X_PI)
    theta = np.arctan2(y, x) + 0.000003 * np.cos(x * _X_PI)
    moved = np.column_stack([z * np.cos(theta) + 0.0065, z * np.sin(theta) + 0.006])
    result: Points = np.where(_in_china(points)[:, None], moved, points)
    return result


def _bd_to_gcj(points: Points) -> Points:
    guess = points - np.array([0.0065, 0.006])
    for _ in range(8):
        step = points - _gcj_to_bd(guess)
        guess = guess + step
        if float(np.abs(step).max(initial=0.0)) < 1e-9:
            break
    result: Points = np.where(_in_china(points)[:, None], guess, points)
    return result


def convert(points: npt.ArrayLike, source: Crs | str, target: Crs | str = Crs.CGCS2000) -> Points:
    """``points`` of shape (n, 2) from one system to another, accurate to 1e-7 degrees (a centimetre).

    Raises ``ValueError`` for a wrong shape or an unknown system.
    """
    array = np.asarray(points, dtype=np.float64)
    if array.ndim != 2 or array.shape[1] != 2:
        raise ValueError("points must have shape (n, 2)")
    source, target = Crs(source), Crs(target)
    plain = {Crs.CGCS2000, Crs.WGS84}
    if source == target or (source in plain and target in plain):
        return array
    if source == Crs.BD09:
        array = _bd_to_gcj(array)
    if source in plain:
        array = _wgs_to_gcj(array)
    if target in plain:
        array = _gcj_to_wgs(array)
    elif target == Crs.BD09:
        array = _gcj_to_bd(array)
    return array


def to_wgs84(lng: float, lat: float, crs: Crs | str) -> tuple[float, float]:
    """One point as it is stored (CGCS2000)."""
    point = convert([[lng, lat]], crs)[0]
    return float(point[0]), float(point[1])


def convert_geometry(geometry: BaseGeometry, source: Crs | str, target: Crs | str = Crs.CGCS2000) -> BaseGeometry:
    """Every vertex of ``geometry`` converted."""
    return shapely.transform(geometry, lambda vertices: convert(vertices, source, target))


def validate_point(lng: float, lat: float) -> None:
    """Raise ``ValidationError`` in plain words for a point that cannot be in China."""
    if not (math.isfinite(lng) and math.isfinite(lat)):
        raise ValidationError("经纬度必须是数字。", code="coordinate")
    if _LNG[0] <= lng <= _LNG[1] and _LAT[0] <= lat <= _LAT[1]:
        return
    if _LNG[0] <= lat <= _LNG[1] and _LAT[0] <= lng <= _LAT[1]:
        raise ValidationError(f"经度和纬度似乎写反了：经度 {lng:g}，纬度 {lat:g}。", code="swapped")
    if lng == 0 and lat == 0:
        raise ValidationError("没有取得位置（经纬度都是0）。", code="zero")
    raise ValidationError(f"位置不在中国境内：经度 {lng:g}，纬度 {lat:g}。", code="outside")


def read_polygon(geometry: Any, crs: Crs | str = Crs.CGCS2000) -> BaseGeometry:
    """A GeoJSON Polygon or MultiPolygon as a valid shape in CGCS2000.

    Raises ``ValidationError`` in words a clerk can act on: wrong type, too few or too many vertices,
    self-intersection (with where), outside China or swapped coordinates.
    """
    if not isinstance(geometry, dict) or geometry.get("type") not in {"Polygon", "MultiPolygon"}:
        raise ValidationError("边界必须是GeoJSON的Polygon或MultiPolygon。", code="geometry_type")
    try:
        # Heights are dropped: grids are drawn on the plane.
        made = shapely.force_2d(shape(geometry))
    except (ValueError, TypeError, IndexError, KeyError, AttributeError, shapely.errors.ShapelyError) as error:
        raise ValidationError("边界坐标读不懂：每个环至少4个点，每个点是[经度, 纬度]。", code="coordinates") from error
    if made.is_empty:
        raise ValidationError("边界是空的。", code="empty")
    count = shapely.get_num_coordinates(made)
    if count > _MAX_VERTICES:
        raise ValidationError(f"边界有{count}个点，最多{_MAX_VERTICES}个。", code="vertices")
    vertices = shapely.get_coordinates(made)
    if not np.isfinite(vertices).all():
        raise ValidationError("边界里有不是数字的坐标。", code="coordinates")
    # The extremes decide: if both lie in China so does everything between.
    for corner in (vertices.min(axis=0), vertices.max(axis=0)):
        validate_point(float(corner[0]), float(corner[1]))
    made = convert_geometry(made, crs)
    if not made.is_valid:
        raise ValidationError(f"边界自相交：{shapely.is_valid_reason(made)}。", code="invalid")
    return made


def to_geojson(geometry: BaseGeometry, digits: int = 7) -> dict[str, Any]:
    """A GeoJSON geometry with coordinates rounded to ``digits`` (7 is a centimetre)."""

    def plain(value: Any) -> Any:
        if isinstance(value, float | int):
            return round(float(value), digits)
        return [plain(v) for v in value]

    made: dict[str, Any] = mapping(geometry)
    return {"type": made["type"], "coordinates": plain(made["coordinates"])}


def area_m2(geometry: BaseGeometry) -> float:
    """The area in square metres (sinusoidal equal-area projection on the authalic sphere)."""

    def project(vertices: Points) -> Points:
        lat = np.radians(vertices[:, 1])
        x = _AUTHALIC_RADIUS * np.radians(vertices[:, 0]) * np.cos(lat)
        return np.column_stack([x, _AUTHALIC_RADIUS * lat])

    return float(shapely.transform(geometry, project).area)


def distance_m(lng: float, lat: float, points: Points) -> npt.NDArray[np.float64]:
    """Metres from (``lng``, ``lat``) to each of ``points`` (great circle)."""
    a, b = np.radians(points), np.radians(np.array([lng, lat]))
    half = np.sin((a[:, 1] - b[1]) / 2) ** 2 + np.cos(a[:, 1]) * np.cos(b[1]) * np.sin((a[:, 0] - b[0]) / 2) ** 2
    metres: npt.NDArray[np.float64] = 2 * _AUTHALIC_RADIUS * np.arcsin(np.sqrt(np.clip(half, 0, 1)))
    return metres
