"""The ground of a map as lines and surfaces, for pages that carry it with them."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
import sqlalchemy as sa
from numpy.typing import NDArray

from services import tiles
from services.database import Transaction

_ROADS: Final = sa.text("""
    SELECT CASE WHEN split_part(highway, '_link', 1) = ANY(:major) THEN 'major'
                WHEN highway = ANY(:minor) THEN 'minor' ELSE 'path' END AS kind,
           ST_AsBinary(ST_LineMerge(ST_Collect(geom))) AS wkb
    FROM network_edges
    WHERE network_id = (SELECT max(id) FROM networks)
      AND geom && ST_MakeEnvelope(:west, :south, :east, :north, 4490)
    GROUP BY 1
""")
_BACKDROP: Final = sa.text("""
    SELECT kind, ST_AsBinary(ST_Collect(geom)) AS wkb FROM backdrop
    WHERE network_id = (SELECT max(id) FROM networks) AND kind <> 'building'
      AND geom && ST_MakeEnvelope(:west, :south, :east, :north, 4490)
    GROUP BY kind, ST_Dimension(geom)
""")


@dataclass(frozen=True)
class Ground:
    """Roads and surroundings by kind, degrees, EPSG:4490; arrays ``(n,)`` go together.

    Attributes
    ----------
    kind
        major, minor, path; water, waterway, railway, green.
    geometry
        One multi-geometry a kind.
    """

    kind: NDArray[np.object_]
    geometry: NDArray[np.object_]

    def of(self, kind: str) -> NDArray[np.object_]:
        """Return the geometries of a kind."""
        found: NDArray[np.object_] = self.geometry[self.kind == kind]
        return found


def load(tx: Transaction, bounds: tuple[float, float, float, float]) -> Ground:
    """Read what lies within ``(west, south, east, north)``, degrees; without buildings."""
    west, south, east, north = bounds
    box = {"west": west, "south": south, "east": east, "north": north}
    classes = {"major": list(tiles.MAJOR), "minor": list(tiles.MINOR)}
    rows = [*tx.sql.execute(_ROADS, {**box, **classes}), *tx.sql.execute(_BACKDROP, box)]
    return Ground(
        np.array([row.kind for row in rows], dtype=object),
        np.asarray(
            shapely.from_wkb(np.array([bytes(row.wkb) for row in rows], dtype=object)), dtype=object
        ),
    )
