"""A hint for coordinates that are in GCJ-02 or BD-09 and were not said to be.

Chinese web maps displace places by some hundred metres. Nothing is faulty about a single one, but
of many, those at the district's edge come to lie outside, and taking the displacement back brings
them in again.
"""

from typing import Final

import numpy as np
import shapely
import sqlalchemy as sa

from gis import codes, crs
from gis.arrays import Floats, Int32s
from services import units
from services.imports.job import Job

_SAMPLE: Final = 5000
_FEWEST: Final = 50
_NOTABLE_SHARE: Final = 0.01
_POINTS = {
    "households": sa.text(
        "SELECT ST_X(geom), ST_Y(geom) FROM households WHERE id = ANY(:ids) ORDER BY id"
    ),
    "facilities": sa.text(
        "SELECT ST_X(geom), ST_Y(geom) FROM facilities WHERE id = ANY(:ids) ORDER BY id"
    ),
    "entrances": sa.text(
        "SELECT ST_X(geom), ST_Y(geom) FROM entrances WHERE id = ANY(:ids) ORDER BY id"
    ),
    "barriers": sa.text(
        "SELECT ST_X(geom), ST_Y(geom) FROM barriers WHERE id = ANY(:ids) ORDER BY id"
    ),
}


def hint(job: Job, table: str, ids: Int32s) -> None:
    """Warn if another reading of the coordinates would bring notably more places into the district.

    Parameters
    ----------
    table
        A table of places.
    ids
        Rows that are new or moved, shape (n,).
    """
    if not _is_plain(job) or len(ids) < _FEWEST:
        return
    found, shapes = units.geometries(job.tx, job.today, level=codes.Level.DISTRICT)
    if not found:
        return
    sample = ids[:: max(len(ids) // _SAMPLE, 1)]
    rows = job.tx.sql.execute(_POINTS[table], {"ids": sample.tolist()}).all()
    lonlat = np.array([tuple(row) for row in rows], dtype=np.float64)
    as_they_are = _share_inside(shapes[0], lonlat)
    for kind in (crs.CrsKind.GCJ02, crs.CrsKind.BD09):
        other = crs.to_stored(lonlat, crs.SourceCrs(kind, crs.WGS84))
        share = _share_inside(shapes[0], other)
        if share - as_they_are > _NOTABLE_SHARE:
            job.log.warning(
                "warning.import.displaced",
                crs=kind.value,
                outside=round(100 * (1 - as_they_are), 1),
                then=round(100 * (1 - share), 1),
            )


def _is_plain(job: Job) -> bool:
    """Whether coordinates were taken for true longitudes and latitudes."""
    if job.options.crs is None:
        return True
    source = crs.parse_crs(job.options.crs)
    return source.kind is crs.CrsKind.EPSG and source.is_geographic


def _share_inside(district: shapely.Geometry, lonlat: Floats) -> float:
    shapely.prepare(district)
    return float(np.mean(shapely.intersects_xy(district, lonlat[:, 0], lonlat[:, 1])))
