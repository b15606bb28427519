"""The formats: one line each."""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from services.exports import (
    delimited,
    geojson,
    parquet,
    spreadsheet,
    vector_files,
)
from services.exports.dataset import Dataset
from services.exports.options import Format

_CHUNK = 1 << 18

Rendering = Callable[[Dataset], Iterator[bytes]]


@dataclass(frozen=True)
class Renderer:
    """How a format is written.

    Attributes
    ----------
    suffix
        Of the file's name, with its dot.
    media_type
        As registered with IANA where it is.
    render
        Turns a dataset into the bytes of the file, in pieces.
    """

    suffix: str
    media_type: str
    render: Rendering


def _through_file(write: Callable[[Dataset, Path], None], suffix: str) -> Rendering:
    """Make a rendering of a function that needs a file to go back and forth in."""

    def render(dataset: Dataset) -> Iterator[bytes]:
        with tempfile.TemporaryDirectory(prefix="wangge-export-") as folder:
            path = Path(folder) / f"{dataset.name}{suffix}"
            write(dataset, path)
            with path.open("rb") as file:
                while chunk := file.read(_CHUNK):
                    yield chunk

    return render


def _file(suffix: str, media_type: str, write: Callable[[Dataset, Path], None]) -> Renderer:
    return Renderer(suffix, media_type, _through_file(write, suffix))


RENDERERS = {
    Format.GEOJSON: Renderer(".geojson", "application/geo+json", geojson.collection),
    Format.GEOJSONSEQ: Renderer(".geojsons", "application/geo+json-seq", geojson.sequence),
    Format.GPKG: _file(".gpkg", "application/geopackage+sqlite3", vector_files.geopackage),
    Format.FGB: _file(".fgb", "application/vnd.flatgeobuf", vector_files.flatgeobuf),
    Format.SHP: _file(".shp.zip", "application/zip", vector_files.shapefile),
    Format.CSV: Renderer(".csv", "text/csv; charset=utf-8", delimited.text),
    Format.XLSX: _file(
        ".xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        spreadsheet.write,
    ),
    Format.PARQUET: _file(".parquet", "application/vnd.apache.parquet", parquet.write),
}
