"""The sample district as files, in the formats that the imports take."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyogrio
import shapely
from pyarrow import csv

from data.sample import district
from data.sample.areas import Units
from data.sample.district import SampleDistrict
from data.sample.facilities import Facilities
from data.sample.ramps import RAMP, Ramps
from data.sample.scenery import Backdrop
from data.sample.thresholds import Barriers, Entrances
from gis.arrays import Floats, Objects

_CRS: Final = "EPSG:4490"
_BACKDROP: Final = "backdrop"
_STAMP: Final = "2026-11-23T00:00:00.000Z"
"""GeoPackages bear the time of writing; a fixed one keeps the bytes the same."""


@dataclass(frozen=True)
class SampleFiles:
    """Paths of the files written; the network's has a second layer, ``backdrop``."""

    units: Path
    network: Path
    households: Path
    residents: Path
    facilities: Path
    entrances: Path
    barriers: Path


def write(folder: Path, seed: int = district.SEED) -> SampleFiles:
    """Generate the sample district and write it.

    Parameters
    ----------
    folder
        Made when missing; files of the same names are replaced.
    seed
        See `data.sample.district.generate`.
    """
    return write_district(district.generate(seed), folder)


def write_district(sample: SampleDistrict, folder: Path) -> SampleFiles:
    """Write a district: two GeoPackages in EPSG:4490 and five CSV files in UTF-8."""
    folder.mkdir(parents=True, exist_ok=True)
    files = SampleFiles(
        units=folder / "units.gpkg",
        network=folder / "network.gpkg",
        households=folder / "households.csv",
        residents=folder / "residents.csv",
        facilities=folder / "facilities.csv",
        entrances=folder / "entrances.csv",
        barriers=folder / "barriers.csv",
    )
    _write_units(sample.units, files.units)
    _write_network(sample, files.network)
    _add_backdrop(sample.backdrop, files.network)
    csv.write_csv(_household_table(sample), files.households)
    csv.write_csv(_resident_table(sample), files.residents)
    csv.write_csv(_entrance_table(sample.thresholds.entrances), files.entrances)
    csv.write_csv(_barrier_table(sample.thresholds.barriers), files.barriers)
    csv.write_csv(_facility_table(sample.facilities, sample.ramps), files.facilities)
    return files


def _write_units(units: Units, path: Path) -> None:
    columns = {
        "code": units.code,
        "name": units.name,
        "level": units.level,
        "kind": units.kind,
        "parent_code": units.parent_code,
    }
    texts = {name: np.array(values, dtype=np.object_) for name, values in columns.items()}
    path.unlink(missing_ok=True)
    _add_layer(path, path.stem, "MultiPolygon", _as_multi(units.geometry), texts)


def _write_network(sample: SampleDistrict, path: Path) -> None:
    network = sample.network
    columns: dict[str, Any] = {
        "highway": network.highway,
        "step_free": network.step_free,
        "surface": network.surface,
        "width": network.width,
        "incline": sample.thresholds.incline,
        "name": network.name,
    }
    path.unlink(missing_ok=True)
    _add_layer(path, path.stem, "LineString", network.lines, columns)


def _add_backdrop(backdrop: Backdrop, path: Path) -> None:
    columns = {"kind": backdrop.kind, "name": backdrop.name}
    _add_layer(path, _BACKDROP, "Unknown", backdrop.geometry, columns)


def _add_layer(path: Path, layer: str, kind: str, geoms: Objects, columns: dict[str, Any]) -> None:
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _STAMP})
    try:
        pyogrio.raw.write(
            path,
            shapely.to_wkb(geoms),
            list(columns.values()),
            fields=list(columns),
            geometry_type=kind,
            crs=_CRS,
            layer=layer,
            driver="GPKG",
            append=path.exists(),
        )
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def _as_multi(polygons: Objects) -> Objects:
    parts, owner = shapely.get_parts(polygons, return_index=True)
    multi: Objects = shapely.multipolygons(parts, indices=owner)
    return multi


def _household_table(sample: SampleDistrict) -> pa.Table:
    homes = sample.households
    return pa.table(
        {
            "code": homes.code,
            "address": homes.address,
            "lon": homes.lonlat[:, 0],
            "lat": homes.lonlat[:, 1],
            "building": homes.building,
            "entrance": homes.entrance,
            "floor": homes.floor,
            "room": homes.room,
        }
    )


def _resident_table(sample: SampleDistrict) -> pa.Table:
    people = sample.residents
    grade = pa.array(people.disability_grade, mask=people.disability_grade == 0)
    return pa.table(
        {
            "code": people.code,
            "household_code": people.household_code,
            "name": people.name,
            "sex": people.sex,
            "birth_date": people.birth_date,
            "id_number": people.id_number,
            "phone": people.phone,
            "lives_alone": people.lives_alone,
            "disability_type": people.disability_type,
            "disability_grade": grade,
            "tags": people.tags,
        }
    )


def _facility_table(places: Facilities, ramps: Ramps) -> pa.Table:
    """Write facilities and ramps one below the other; what does not apply stays empty."""
    buildings = pa.table(
        {
            "code": places.code,
            "kind": places.kind,
            "name": places.name,
            "lon": places.lonlat[:, 0],
            "lat": places.lonlat[:, 1],
            "floor_area": _numbers(places.floor_area),
            "capacity": pa.array(places.capacity, mask=places.capacity < 0),
            "opened_on": places.opened_on,
            "closed_on": places.closed_on,
            "address": places.address,
        }
    )
    sloping = pa.table(
        {
            "code": ramps.code,
            "kind": np.full(len(ramps.code), RAMP, dtype=np.object_),
            "name": ramps.name,
            "lon": ramps.lonlat[:, 0],
            "lat": ramps.lonlat[:, 1],
            "opened_on": ramps.opened_on,
            "address": ramps.address,
            "rise_m": ramps.rise_m,
            "run_m": ramps.run_m,
            "width_m": ramps.width_m,
            "handrail": ramps.handrail == 1,
            "landing": ramps.landing == 1,
            "serves_code": ramps.serves_code,
        }
    )
    return pa.concat_tables([buildings, sloping], promote_options="default").sort_by("code")


def _entrance_table(entrances: Entrances) -> pa.Table:
    return pa.table(
        {
            "code": entrances.code,
            "lon": entrances.lonlat[:, 0],
            "lat": entrances.lonlat[:, 1],
            "serves_code": entrances.serves_code,
            "steps": entrances.steps,
            "rise_m": entrances.rise_m,
            "width_m": entrances.width_m,
        }
    )


def _barrier_table(barriers: Barriers) -> pa.Table:
    return pa.table(
        {
            "code": barriers.code,
            "kind": barriers.kind,
            "lon": barriers.lonlat[:, 0],
            "lat": barriers.lonlat[:, 1],
            "height_m": _numbers(barriers.height_m),
            "width_m": _numbers(barriers.width_m),
        }
    )


def _numbers(values: Floats) -> pa.Array:
    return pa.array(values, mask=np.isnan(values))
