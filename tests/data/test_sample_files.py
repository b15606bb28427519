"""Files: the import formats, and the same bytes each time."""

import csv
import hashlib
from dataclasses import astuple
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

from data import sample as samples
from data.sample import SampleDistrict, SampleFiles


@pytest.fixture(scope="module")
def files(sample: SampleDistrict, tmp_path_factory: pytest.TempPathFactory) -> SampleFiles:
    return samples.write_district(sample, tmp_path_factory.mktemp("sample"))


def _digest(files: SampleFiles) -> list[str]:
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in astuple(files)]


def test_the_same_bytes_each_time(files: SampleFiles, tmp_path: Path) -> None:
    assert _digest(samples.write(tmp_path)) == _digest(files)


def test_another_seed_gives_another_district(sample: SampleDistrict) -> None:
    other = samples.generate(7)
    assert len(other.residents.code) == len(sample.residents.code)
    assert other.residents.name.tolist() != sample.residents.name.tolist()
    assert len(other.network.lines) != len(sample.network.lines)
    cells = other.units.geometry[np.array(other.units.level) == "grid"]
    assert shapely.coverage_is_valid(cells)


def test_writing_again_replaces(sample: SampleDistrict, files: SampleFiles) -> None:
    before = _digest(files)
    assert samples.write_district(sample, files.units.parent) == files
    assert _digest(files) == before


@pytest.mark.parametrize(
    ("name", "layer", "fields", "kind"),
    [
        ("units", "units", ["code", "name", "level", "kind", "parent_code"], "MultiPolygon"),
        (
            "network",
            "network",
            ["highway", "step_free", "surface", "width", "incline", "name"],
            "LineString",
        ),
        ("network", "backdrop", ["kind", "name"], "Unknown"),
    ],
)
def test_layers(files: SampleFiles, name: str, layer: str, fields: list[str], kind: str) -> None:
    info = pyogrio.read_info(getattr(files, name), layer=layer)
    assert info["crs"] == "EPSG:4490"
    assert list(info["fields"]) == fields
    assert info["geometry_type"] == kind
    assert info["features"] > 100


def test_the_lines_come_first(files: SampleFiles) -> None:
    assert pyogrio.list_layers(files.network)[:, 0].tolist() == ["network", "backdrop"]
    kinds = pyogrio.raw.read(files.network, layer="backdrop", columns=["kind"])[3][0]
    assert set(kinds) == {"water", "railway", "green", "building"}


@pytest.mark.parametrize(
    ("name", "heading", "rows"),
    [
        ("households", "code,address,lon,lat,building,entrance,floor,room", 48_301),
        (
            "residents",
            "code,household_code,name,sex,birth_date,id_number,phone,lives_alone,"
            "disability_type,disability_grade,tags",
            118_221,
        ),
        (
            "facilities",
            "code,kind,name,lon,lat,floor_area,capacity,opened_on,closed_on,address,"
            "rise_m,run_m,width_m,handrail,landing,serves_code",
            None,
        ),
    ],
)
def test_tables(files: SampleFiles, name: str, heading: str, rows: int | None) -> None:
    with getattr(files, name).open(encoding="utf-8", newline="") as source:
        lines = list(csv.reader(source))
    assert ",".join(lines[0]) == heading
    assert rows is None or len(lines) == rows + 1
    assert len({line[0] for line in lines}) == len(lines)
    assert all(len(line) == len(lines[0]) for line in lines)


def test_a_ramp_and_a_centre_as_written(files: SampleFiles) -> None:
    with files.facilities.open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    centre = next(row for row in rows if row["kind"] == "day_care")
    assert centre["rise_m"] == centre["serves_code"] == ""
    assert int(centre["capacity"]) >= 20
    ramp = next(row for row in rows if row["kind"] == "ramp")
    assert ramp["handrail"] in {"true", "false"}
    assert float(ramp["run_m"]) > float(ramp["rise_m"]) > 0
    assert ramp["floor_area"] == ramp["capacity"] == ""
