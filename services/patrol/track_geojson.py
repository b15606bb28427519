"""Reads tracks from GeoJSON: lines with a list of times, or points with a time each.

Times of a line stand in ``coordTimes`` or ``times`` of its properties, or in
``coordinateProperties.times`` (as converters from GPX write them); points that belong together
have the same ``track``.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from services.imports.report import FileFaultError
from services.patrol.recordings import Recording, times

_LINES = ("LineString", "MultiLineString")


def recordings(path: Path) -> list[Recording]:
    """Read every track of a file.

    Raises
    ------
    FileFaultError
        It is no GeoJSON, or holds neither lines nor points.
    """
    parts = [*_of_lines(features := _features(path)), *_of_points(features)]
    if not parts:
        raise FileFaultError("error.import.track.no_lines")
    return [
        Recording(number, moments, lonlat, team)
        for number, (moments, lonlat, team) in enumerate(parts, start=1)
    ]


_Part = tuple[NDArray[np.float64], NDArray[np.float64], str | None]


def _features(path: Path) -> list[Mapping[str, Any]]:
    try:
        document = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as error:
        raise FileFaultError("error.import.track.no_geojson") from error
    if not isinstance(document, dict):
        raise FileFaultError("error.import.track.no_geojson")
    match document.get("type"):
        case "FeatureCollection":
            found = document.get("features")
        case "Feature":
            found = [document]
        case _:
            found = [{"geometry": document, "properties": {}}]
    if not isinstance(found, list):
        raise FileFaultError("error.import.track.no_geojson")
    return [one for one in found if isinstance(one, dict)]


def _of_lines(features: Sequence[Mapping[str, Any]]) -> Iterator[_Part]:
    for feature in features:
        geometry, properties = _dict(feature.get("geometry")), _dict(feature.get("properties"))
        if geometry.get("type") not in _LINES:
            continue
        lines = geometry.get("coordinates") or []
        moments = _times_of(properties)
        if geometry["type"] == "LineString":
            lines, moments = [lines], [moments]
        coordinates = [point for line in lines for point in line]
        told = [moment for part in moments for moment in (part or [])]
        yield _read(coordinates, told, _text(properties.get("team")))


def _of_points(features: Sequence[Mapping[str, Any]]) -> Iterator[_Part]:
    tracks: dict[str, tuple[list[Any], list[Any], str | None]] = {}
    for feature in features:
        geometry, properties = _dict(feature.get("geometry")), _dict(feature.get("properties"))
        if geometry.get("type") != "Point":
            continue
        team = _text(properties.get("team"))
        points, moments, _ = tracks.setdefault(str(properties.get("track", "")), ([], [], team))
        points.append(geometry.get("coordinates"))
        moments.append(properties.get("time", properties.get("timestamp")))
    for points, moments, team in tracks.values():
        yield _read(points, moments, team)


def _times_of(properties: Mapping[str, Any]) -> list[Any]:
    nested = _dict(properties.get("coordinateProperties")).get("times")
    found = properties.get("coordTimes", properties.get("times", nested))
    return found if isinstance(found, list) else []


def _read(coordinates: Sequence[Any], moments: Sequence[Any], team: str | None) -> _Part:
    lonlat = np.array([_place(point) for point in coordinates], np.float64).reshape(-1, 2)
    told = list(moments)[: len(lonlat)]
    return times([*told, *[None] * (len(lonlat) - len(told))]), lonlat, team


def _place(point: object) -> tuple[float, float]:
    if isinstance(point, list) and len(point) >= 2:
        lon, lat = point[:2]
        if isinstance(lon, int | float) and isinstance(lat, int | float):
            return float(lon), float(lat)
    return float("nan"), float("nan")


def _dict(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str | None:
    return str(value).strip() or None if isinstance(value, str | int) else None
