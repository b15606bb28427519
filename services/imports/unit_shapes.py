"""Geometry of boundary files: named faults, heights left out, the stored CRS."""

from typing import Any, Final

import numpy as np
import shapely

from gis import boundaries, crs
from gis.arrays import Bools, Objects
from services.imports.job import Job
from services.imports.points import Frame
from services.imports.sieve import Sieve

_WITH_PLACE: Final = frozenset({boundaries.Defect.SELF_INTERSECTING, boundaries.Defect.INVALID})


def read(sieve: Sieve, frame: Frame, job: Job) -> Objects:
    """Check the geometry of a batch; return multipolygons in the stored CRS, None if refused."""
    raw = np.asarray(sieve.batch.geometry, dtype=object)
    unclosed = np.asarray(sieve.batch.unclosed, dtype=np.bool_)
    sieve.refuse(unclosed, None, "error.import.shape.unclosed", {})
    high = shapely.has_z(raw)
    for row in sieve.batch.rows[high]:
        job.log.warning("warning.import.height_dropped", row=int(row))
    flat = boundaries.force_2d(raw)
    found = boundaries.defects(flat)
    found[unclosed] = None
    _name_defects(sieve, flat, found)
    usable = ~unclosed & _sound(found)
    usable &= _on_globe(sieve, flat, usable, frame)
    stored: Objects = np.full(len(raw), None, dtype=object)
    stored[usable] = crs.geometries_to_stored(flat[usable], frame.source)
    usable &= _in_place(sieve, stored, usable, frame)
    stored[~usable] = None
    return boundaries.orient(boundaries.as_multipolygons(stored))


def _name_defects(sieve: Sieve, shapes: Objects, found: Objects) -> None:
    where = boundaries.explain_validity(shapes)
    for defect in boundaries.Defect:
        faulty = np.asarray(found == defect, dtype=np.bool_)
        each: dict[str, Any] = {}
        if defect in _WITH_PLACE:
            each = {"x": [f"{x:.7g}" for x in where[:, 0]], "y": [f"{y:.7g}" for y in where[:, 1]]}
        if defect is boundaries.Defect.NOT_POLYGON:
            each = {"type": [None if shape is None else shape.geom_type for shape in shapes]}
        sieve.refuse(faulty, None, f"error.import.shape.{defect.value}", each)


def _on_globe(sieve: Sieve, shapes: Objects, usable: Any, frame: Frame) -> Any:
    """Refuse metres or turned axes where degrees belong, before anything is transformed."""
    if not frame.source.is_geographic:
        return usable
    return _named(sieve, _corners_defect(shapes, None), usable)


def _in_place(sieve: Sieve, stored: Objects, usable: Any, frame: Frame) -> Any:
    """Refuse what lies nowhere near the district that is there already."""
    return _named(sieve, _corners_defect(stored, frame.box), usable)


def _corners_defect(shapes: Objects, box: boundaries.Box | None) -> Objects:
    bounds = shapely.bounds(shapes)
    found = boundaries.point_defects(bounds[:, :2], box)
    other = boundaries.point_defects(bounds[:, 2:], box)
    found[_sound(found)] = other[_sound(found)]
    return found


def _sound(found: Objects) -> Bools:
    return np.array([defect is None for defect in found], dtype=np.bool_)


def _named(sieve: Sieve, found: Objects, usable: Any) -> Any:
    clean = np.ones(len(sieve), dtype=np.bool_)
    for defect in boundaries.PointDefect:
        faulty = usable & np.asarray(found == defect, dtype=np.bool_)
        sieve.refuse(faulty, None, f"error.import.shape.at_{defect.value}", {})
        clean &= ~faulty
    return clean
