"""Made-up districts of any size: irregular cells that share borders, homes, a network of paths."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import shapely
from numpy.typing import NDArray

from gis import arrays, crs, network
from services.database import Transaction
from services.imports import batches

Floats = NDArray[np.float64]

DAY = date(2026, 11, 23)
METRIC = 4548
WEST, SOUTH, EAST, NORTH = 116.70, 32.50, 116.95, 32.70
COLUMNS, ROWS = 50, 40
_PER_SIDE = 10  # segments of a cell's side: 40 vertices a cell, 80,000 in all
_DISTRICT = "340405"
_SEED = 340405


@dataclass(frozen=True)
class Cells:
    """Grid cells, ordered by code, and the larger units they make up.

    Attributes
    ----------
    codes, polygons
        Of the 2,000 cells.
    larger
        Code and multipolygon of every community, township and the district.
    """

    codes: list[str]
    polygons: NDArray[np.object_]
    larger: dict[str, shapely.MultiPolygon]

    @property
    def everything(self) -> dict[str, shapely.MultiPolygon]:
        """Boundary of every unit at every level, by code in order."""
        multi = shapely.multipolygons(self.polygons, indices=np.arange(len(self.polygons)))
        return dict(sorted({**self.larger, **dict(zip(self.codes, multi, strict=True))}.items()))


def cells(township_shift: float = 0.0) -> Cells:
    """Draw 2,000 cells with crooked borders, which neighbours share vertex by vertex.

    Parameters
    ----------
    township_shift
        By how many cells the border between the second and third townships lies further east.
    """
    rng = np.random.default_rng(_SEED)
    column, row = np.meshgrid(np.arange(COLUMNS + 1.0), np.arange(ROWS + 1.0), indexing="ij")
    corners = np.stack([column, row], axis=-1)
    inner = (column % COLUMNS > 0) & (row % ROWS > 0)
    corners[inner] += rng.uniform(-0.12, 0.12, (int(inner.sum()), 2))
    corners[2 * COLUMNS // 5, :, 0] += township_shift
    across = _crooked(corners[:-1], corners[1:], rng)
    upwards = _crooked(corners[:, :-1], corners[:, 1:], rng)
    rings = [
        np.vstack(
            [
                across[i, j, :-1],
                upwards[i + 1, j, :-1],
                across[i, j + 1, :0:-1],
                upwards[i, j, ::-1],
            ]
        )
        for i in range(COLUMNS)
        for j in range(ROWS)
    ]
    scale = np.array([(EAST - WEST) / COLUMNS, (NORTH - SOUTH) / ROWS])
    polygons = shapely.polygons(
        [shapely.linearrings(ring * scale + (WEST, SOUTH)) for ring in rings]
    )
    codes = np.array([_code(i, j) for i in range(COLUMNS) for j in range(ROWS)])
    order = np.argsort(codes)
    return _with_larger(codes[order], polygons[order])


def _crooked(begin: Floats, end: Floats, rng: np.random.Generator) -> Floats:
    """Lines between corners, ``(…, 11, 2)``, straight along the rim of the district."""
    along = np.linspace(0, 1, _PER_SIDE + 1)[:, None]
    lines = begin[..., None, :] * (1 - along) + end[..., None, :] * along
    sway = rng.uniform(-0.08, 0.08, lines.shape) * (along * (1 - along))
    for axis, size in ((0, COLUMNS), (1, ROWS)):
        on_rim = (lines[..., axis] <= 0) | (lines[..., axis] >= size)
        sway[on_rim] = 0
    return np.asarray(lines + sway)


def _code(column: int, row: int) -> str:
    """Five townships side by side, twenty communities in each, twenty cells in each."""
    township, within = divmod(column, COLUMNS // 5)
    community = (within // 5) * 10 + row // 4
    cell = (within % 5) * 4 + row % 4
    return f"{_DISTRICT}{township + 1:03}{community + 1:03}{cell + 1:03}"


def _with_larger(codes: NDArray[np.str_], polygons: NDArray[np.object_]) -> Cells:
    larger = {}
    for length in (6, 9, 12):
        prefix = np.array([code[:length] for code in codes])
        for code in np.unique(prefix):
            whole = shapely.coverage_union_all(polygons[prefix == code])
            larger[str(code)] = shapely.MultiPolygon(shapely.get_parts(whole).tolist())
    return Cells(codes.tolist(), polygons, larger)


def homes(count: int, seed: int = _SEED) -> Floats:
    """Scatter homes over the district, denser in some places; longitude and latitude ``(n, 2)``."""
    rng = np.random.default_rng(seed)
    size = np.array([EAST - WEST, NORTH - SOUTH])
    spread = rng.random((count, 2))
    towns = rng.random((40, 2))
    near = rng.random(count) < 0.5
    clustered = towns[rng.integers(0, 40, count)] + rng.normal(0, 0.02, (count, 2))
    spread[near] = clustered[near] % 1.0
    return np.round(spread * size * 0.998 + size * 0.001 + (WEST, SOUTH), 7)


def write_households(path: Path, lonlat: Floats) -> None:
    """Write homes in the form that the import takes."""
    number = pa.array(np.arange(len(lonlat)))
    text = number.cast(pa.string())
    join = pc.binary_join_element_wise
    table = pa.table(
        {
            "code": join("H", pc.utf8_lpad(text, 9, "0"), ""),
            "address": join("八公山路", text, "号", ""),
            "lon": pa.array(lonlat[:, 0]),
            "lat": pa.array(lonlat[:, 1]),
            "building": (number.to_numpy() // 40 + 1).astype(str),
            "entrance": (number.to_numpy() % 4 + 1).astype(str),
            "floor": (number.to_numpy() % 11 + 1).astype(str),
            "room": (number.to_numpy() % 40 + 101).astype(str),
        }
    )
    pyarrow.csv.write_csv(table, path)


def paths(side: int = 400) -> network.Network:
    """Lay a network of ``side * side`` nodes: a warped grid, a tenth of its edges missing.

    Every eighth line is a straight main road, the others wind, as paths in a town do; a network
    without such an order would put peers that prepare themselves by it at a disadvantage.
    """
    rng = np.random.default_rng(_SEED)
    corner = crs.project(np.array([[WEST, SOUTH], [EAST, NORTH]]), crs.STORED, METRIC)
    step = (corner[1] - corner[0]) / (side - 1)
    grid = np.stack(np.meshgrid(np.arange(side), np.arange(side), indexing="ij"), axis=-1)
    xy = corner[0] + step * (grid.reshape(-1, 2) + rng.uniform(-0.3, 0.3, (side * side, 2)))
    number = np.arange(side * side).reshape(side, side)
    pairs = np.vstack(
        [
            np.column_stack([number[:-1].ravel(), number[1:].ravel()]),
            np.column_stack([number[:, :-1].ravel(), number[:, 1:].ravel()]),
        ]
    )
    pairs = pairs[rng.random(len(pairs)) > 0.1]
    place = pairs[..., None] // (side, 1) % side
    main = ((place[:, 0] == place[:, 1]) & (place[:, 0] % 8 == 0)).any(axis=1)
    coords = _winding(
        xy[pairs[:, 0]], xy[pairs[:, 1]], np.where(main, 1.0, rng.uniform(1.1, 1.6, len(pairs)))
    )
    return network.Network(
        node_xy=xy,
        source=pairs[:, 0].astype(np.int32),
        target=pairs[:, 1].astype(np.int32),
        length_m=shapely.length(shapely.linestrings(coords)),
        coords=coords.reshape(-1, 2),
        coord_start=np.arange(0, 3 * len(pairs) + 1, 3, dtype=np.int32),
        step_free=np.ones(len(pairs), dtype=np.int8),
        highway=np.zeros(len(pairs), dtype=np.int16),
        highway_names=("footway",),
    )


def _winding(begin: Floats, end: Floats, factor: Floats) -> Floats:
    """Lines of three vertices, ``(n, 3, 2)``, longer than straight ones by a factor ``(n,)``."""
    across = (end - begin)[:, ::-1] * (-1.0, 1.0)
    middle: Floats = (begin + end) / 2 + across * np.sqrt(factor**2 - 1)[:, None] / 2
    lines: Floats = np.stack([begin, middle, end], axis=1)
    return lines


def store_units(tx: Transaction, drawn: Cells) -> None:
    """Put the units into their tables, valid from 2000 on."""
    levels = {6: "district", 9: "township", 12: "community", 15: "grid"}
    kinds = {6: "district", 9: "subdistrict", 12: "community", 15: "residential"}
    with tx.driver.cursor() as cursor:
        cursor.executemany(
            "WITH u AS (INSERT INTO units (code, level, parent_code, metric_epsg)"
            " VALUES (%s, %s, %s, %s) RETURNING id)"
            " INSERT INTO unit_versions (unit_id, name, kind, valid, geom)"
            " SELECT id, %s, %s, '[2000-01-01,)', ST_GeomFromWKB(%s, 4490) FROM u",
            [
                (
                    *(code, levels[len(code)], code[:-3] if len(code) > 6 else None),
                    *(None if len(code) > 6 else METRIC, f"单元{code}", kinds[len(code)]),
                    shapely.to_wkb(shape),
                )
                for code, shape in drawn.everything.items()
            ],
        )


def store_homes(tx: Transaction, lonlat: Floats) -> None:
    """Put homes into their table without importing them: set-up of what else is measured.

    As an import lays them: ids ascend with the rows of a file, in which homes are scattered; rows
    of neighbours lie side by side, batch by batch.
    """
    with tx.driver.cursor() as cursor:
        cursor.execute("DROP INDEX households_geom_idx")
        cursor.execute("CREATE TEMP TABLE made (n int, lon float8, lat float8) ON COMMIT DROP")
        with cursor.copy("COPY made FROM STDIN (FORMAT csv)") as copy:
            n = np.concatenate(
                [
                    start + arrays.curve_order(lonlat[start : start + batches.ROWS])
                    for start in range(0, len(lonlat), batches.ROWS)
                ]
            )
            table = pa.table({"n": n, "x": lonlat[n, 0], "y": lonlat[n, 1]})
            sink = pa.BufferOutputStream()
            pyarrow.csv.write_csv(table, sink, pyarrow.csv.WriteOptions(include_header=False))
            copy.write(memoryview(sink.getvalue()))
        cursor.execute(
            "INSERT INTO households (id, code, address, building, entrance, floor, room, geom)"
            " SELECT n + 1, 'H' || lpad(n::text, 9, '0'), '八公山路' || n || '号',"
            " n / 40 + 1, n % 4 + 1, n % 11 + 1, n % 40 + 101,"
            " ST_SetSRID(ST_MakePoint(lon, lat), 4490)"
            " FROM made"
        )
        cursor.execute("CREATE INDEX households_geom_idx ON households USING gist (geom)")


def store_residents(tx: Transaction, elderly_in_every: int) -> None:
    """Put a resident into every household: aged 70 in one of so many, else 40.

    Foreign keys are not checked again, row by row, for rows just made from the referenced table.
    """
    tx.driver.execute("SET LOCAL session_replication_role = replica")
    tx.driver.execute(
        "INSERT INTO residents (code, household_id, name, birth_date)"
        " SELECT 'R' || id, id, '某某',"
        " CASE WHEN id %% %s = 0 THEN date '1956-05-01' ELSE date '1986-05-01' END"
        " FROM households ORDER BY id",
        (elderly_in_every,),
    )
    tx.driver.execute("SET LOCAL session_replication_role = origin")


def store_centres(tx: Transaction, count: int) -> None:
    """Scatter day-care centres."""
    for number, (lon, lat) in enumerate(homes(count, seed=1).tolist()):
        tx.driver.execute(
            "INSERT INTO facilities (code, kind, name, capacity, opened_on, geom)"
            " VALUES (%s, 'day_care', '日间照料中心', 40, '2020-01-01',"
            " ST_SetSRID(ST_MakePoint(%s, %s), 4490))",
            (f"D{number:04}", lon, lat),
        )
