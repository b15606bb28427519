"""Reads layers of features: GeoPackage, GeoJSON, Shapefile, FlatGeobuf, through GDAL."""

import json
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyproj
import shapely

from gis import crs as systems
from gis.arrays import Int64s
from services import gdal
from services.imports import batches, cells, shapefile
from services.imports.report import FileFaultError

_SEQUENCES = (".geojsonl", ".geojsons", ".geojsonseq", ".ndjson")


@dataclass(frozen=True)
class LayerSource:
    """A layer of features; see `batches.Source`. Columns are its fields."""

    path: Path
    layer: str
    encoding: str | None
    headings: tuple[str, ...]
    crs: systems.SourceCrs | None
    has_geometry: bool
    total: int | None
    unfinished: bool = False

    def batches(self, columns: tuple[str, ...]) -> Iterator[batches.Batch]:
        """Read some of the fields, and the geometry, from the start.

        Raises
        ------
        FileFaultError
            The file is damaged or cut off.
        """
        done = 0
        with _faults(), ExitStack() as stack:
            meta, reader = stack.enter_context(
                gdal.ogr().raw.open_arrow(
                    self.path,
                    layer=self.layer,
                    encoding=self.encoding,
                    columns=list(columns),
                    read_geometry=self.has_geometry,
                    batch_size=batches.ROWS,
                    use_pyarrow=True,
                    **_open_options(self.path),
                )
            )
            for record in _quietly(reader):
                rows = np.arange(done + 1, done + 1 + record.num_rows, dtype=np.int64)
                yield _batch(record, rows, columns, meta["geometry_name"] or "wkb_geometry")
                done += record.num_rows
        if self.total is not None and done < self.total:
            raise FileFaultError("error.import.file.cut_off_after", row=done)


def _quietly(reader: Any) -> Iterator[Any]:
    """Read on without the warnings of GDAL: what they are about is told by row."""
    while True:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            record = next(reader, None)
        if record is None:
            return
        yield record


def _batch(record: Any, rows: Int64s, columns: tuple[str, ...], geometry: str) -> batches.Batch:
    texts = {name: cells.from_arrow(record.column(name)) for name in columns}
    if geometry not in record.schema.names:
        return batches.Batch(rows, texts)
    wkb = record.column(geometry).to_numpy(zero_copy_only=False)
    shapes = shapely.from_wkb(wkb, on_invalid="ignore")
    unclosed = shapely.is_missing(shapes) & np.array([value is not None for value in wkb])
    return batches.Batch(rows, texts, shapes, unclosed)


def layers(path: Path) -> list[str]:
    """Return the names of a file's layers with geometry; none for folders and archives.

    Raises
    ------
    FileFaultError
        The file is empty, damaged or cut off.
    """
    if path.is_dir() or path.suffix.lower() == ".zip":
        return []
    if path.stat().st_size == 0:
        raise FileFaultError("error.import.file.empty")
    with _faults():
        return [str(layer) for layer, kind in gdal.ogr().list_layers(path) if kind is not None]


@contextmanager
def open_layer(path: Path, name: str | None) -> Iterator[LayerSource]:
    """Open a layer of a file, a folder or a ZIP with a Shapefile.

    Raises
    ------
    FileFaultError
        The file is empty, damaged or cut off, or has no such layer, or several to choose from.
    """
    with ExitStack() as stack:
        if path.is_dir():
            path = shapefile.find_in_folder(path)
        elif path.stat().st_size == 0:
            raise FileFaultError("error.import.file.empty")
        elif path.suffix.lower() == ".zip":
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="wangge-"))
            path = shapefile.unpack(path, Path(folder))
        encoding = None
        if path.suffix.lower() == ".shp":
            shapefile.check_whole(path)
            encoding = shapefile.encoding_of(path)
        yield _open(path, name, encoding)


def _open(path: Path, name: str | None, encoding: str | None) -> LayerSource:
    lines = _count_lines(path) if path.suffix.lower() in _SEQUENCES else None
    with _faults():
        layer = _choose(gdal.ogr().list_layers(path), name)
        facts = gdal.ogr().read_info(path, layer=layer, encoding=encoding, **_open_options(path))
    found = int(facts["features"])
    return LayerSource(
        path,
        layer,
        encoding,
        tuple(str(field) for field in facts["fields"]),
        _crs(facts["crs"]),
        facts["geometry_type"] is not None,
        lines if lines is not None else (found if found >= 0 else None),
    )


def _open_options(path: Path) -> dict[str, str]:
    """Keep GDAL from taking text for dates: it makes days of March out of 31 February."""
    is_json = path.suffix.lower() in (*_SEQUENCES, ".geojson", ".json")
    return {"DATE_AS_STRING": "YES"} if is_json else {}


def _choose(layers: Any, name: str | None) -> str:
    names = [str(layer) for layer, _ in layers]
    if name is not None and name in names:
        return name
    spatial = [str(layer) for layer, kind in layers if kind is not None] or names
    if name is None and len(spatial) == 1:
        return spatial[0]
    if name is None:
        raise FileFaultError("error.import.file.which_layer", layers=", ".join(spatial))
    raise FileFaultError("error.import.file.no_layer", layer=name, layers=", ".join(names))


def _crs(text: str | None) -> systems.SourceCrs | None:
    if text is None:
        return None
    try:
        said = pyproj.CRS.from_user_input(text)
        horizontal = said.sub_crs_list[0] if said.is_compound else said.to_2d()
        epsg = horizontal.to_epsg(min_confidence=25)
        return None if epsg is None else systems.parse_crs(str(epsg))
    except (pyproj.exceptions.CRSError, ValueError):
        return None


@contextmanager
def _faults() -> Iterator[None]:
    """Put what GDAL complains of into our words."""
    try:
        yield
    except (*_complaints(), pa.ArrowException, OSError) as error:
        raise FileFaultError("error.import.file.damaged", reason=str(error)[:200]) from error


def _complaints() -> tuple[type[Exception], ...]:
    told = gdal.ogr().errors
    return (told.DataSourceError, told.DataLayerError, told.FeatureError, told.FieldError)


def _count_lines(path: Path) -> int:
    """Count the features of a sequence; GDAL passes over lines that it cannot read."""
    count = 0
    with path.open("rb") as stream:
        for number, line in enumerate(stream, start=1):
            text = line.strip(b" \t\r\n\x1e")
            if not text:
                continue
            try:
                json.loads(text)
            except ValueError as error:
                raise FileFaultError("error.import.file.damaged_line", row=number) from error
            count += 1
    return count
