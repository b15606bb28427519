"""Reads GPX 1.0 and 1.1 (Topografix): tracks as recordings, routes as lines.

Entities and external parts of the XML are refused, not resolved.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

import numpy as np
from defusedxml import DefusedXmlException, ElementTree
from numpy.typing import NDArray

from services.imports.report import FileFaultError
from services.patrol.recordings import Recording, times


@dataclass
class _Points:
    """Points of one track or route under way."""

    lon: list[str | None] = field(default_factory=list)
    lat: list[str | None] = field(default_factory=list)
    time: list[str | None] = field(default_factory=list)

    def add(self, point: Element) -> None:
        """Take a point."""
        self.lon.append(point.get("lon"))
        self.lat.append(point.get("lat"))
        moment = next((part.text for part in point if _plain(part.tag) == "time"), None)
        self.time.append(moment.strip() if moment else None)

    @property
    def lonlat(self) -> NDArray[np.float64]:
        """Places, shape (n, 2)."""
        return np.column_stack([_numbers(self.lon), _numbers(self.lat)])


@dataclass(frozen=True, eq=False)
class Line:
    """A planned route as a GPX file holds it."""

    name: str | None
    lonlat: NDArray[np.float64]


def recordings(path: Path) -> list[Recording]:
    """Read every track; its segments one after the other, gaps are found by time.

    Raises
    ------
    FileFaultError
        It is no GPX, or ends in the middle.
    """
    found: list[Recording] = []
    points = _Points()
    for element in _elements(path):
        match _plain(element.tag):
            case "trkpt":
                points.add(element)
                element.clear()
            case "trk":
                found.append(Recording(len(found) + 1, times(points.time), points.lonlat))
                points = _Points()
                element.clear()
    return found


def lines(path: Path) -> list[Line]:
    """Read every route, and every track as if it was one: some programs know tracks only.

    Raises
    ------
    FileFaultError
        It is no GPX, or ends in the middle.
    """
    found: list[Line] = []
    points = _Points()
    for element in _elements(path):
        match _plain(element.tag):
            case "trkpt" | "rtept":
                points.add(element)
            case "trk" | "rte":
                name = next((part.text for part in element if _plain(part.tag) == "name"), None)
                found.append(Line(name, points.lonlat))
                points = _Points()
    return found


def _elements(path: Path) -> Iterator[Element]:
    try:
        events = ElementTree.iterparse(path, events=("start", "end"), forbid_dtd=True)
        _, root = next(events)
        if _plain(root.tag) != "gpx":
            raise FileFaultError("error.import.track.no_gpx")
        for event, element in events:
            if event == "end":
                yield element
    except (ParseError, DefusedXmlException, StopIteration) as error:
        raise FileFaultError("error.import.track.no_gpx") from error


def _plain(tag: str) -> str:
    return tag.rpartition("}")[2]


def _numbers(texts: list[str | None]) -> NDArray[np.float64]:
    try:
        return np.array(texts, dtype=np.float64)
    except ValueError:
        return np.array([_number(text) for text in texts], dtype=np.float64)


def _number(text: str | None) -> float:
    try:
        return float(text or "nan")
    except ValueError:
        return float("nan")
