"""GeoJSON (RFC 7946) and GeoJSON text sequences (RFC 8142), written as the rows stream in.

Coordinates are CRS84 unless something else is asked for. A CRS of the registry is then named in
a member ``crs`` (of the 2008 format; RFC 7946 allows it by prior arrangement, and GDAL and QGIS
read it), displaced coordinates in a member ``crs_note``.
"""

from collections.abc import Iterator

import orjson
import pyarrow as pa
import shapely

from gis import crs as crs_module
from services.exports import dataset as datasets
from services.exports import json_text, points
from services.exports.dataset import Dataset
from services.exports.fields import GEOMETRY

_RECORD_SEPARATOR = "\x1e"  # RFC 8142, section 2.1
_BETWEEN = ",\n"


def collection(dataset: Dataset) -> Iterator[bytes]:
    """Write a FeatureCollection; what holds of all features is in foreign members before them."""
    head: dict[str, object] = {
        "type": "FeatureCollection",
        "name": dataset.name,
        **dataset.facts.items(),
    }
    if dataset.epsg not in (None, crs_module.WGS84):
        name = f"urn:ogc:def:crs:EPSG::{dataset.epsg}"
        head["crs"] = {"type": "name", "properties": {"name": name}}
    yield orjson.dumps(head)[:-1] + b',"features":[\n'
    separator = b""
    for batch in dataset.batches:
        if batch.num_rows:
            yield separator + features(batch, dataset)
            separator = _BETWEEN.encode()
    yield b"\n]}\n"


def sequence(dataset: Dataset) -> Iterator[bytes]:
    """Write one text per feature; what holds of all features has no place of its own."""
    noted = datasets.with_note_column(dataset)
    for batch in noted.batches:
        if batch.num_rows:
            yield json_text.lines([_RECORD_SEPARATOR, *_feature(batch, noted), "\n"])


def features(batch: pa.RecordBatch, dataset: Dataset) -> bytes:
    """Return the features of a batch, with commas between them; of no rows, nothing."""
    if not batch.num_rows:
        return b""
    return json_text.lines([*_feature(batch, dataset), _BETWEEN])[: -len(_BETWEEN)]


def _feature(batch: pa.RecordBatch, dataset: Dataset) -> list[json_text.Piece]:
    return [
        '{"type":"Feature","id":',
        *json_text.value(batch.column(dataset.key)),
        ',"geometry":',
        *_geometry(batch.column(GEOMETRY)),
        ',"properties":',
        *json_text.members(batch, len(dataset.fields)),
        "}",
    ]


def _geometry(wkb: pa.Array) -> list[json_text.Piece]:
    xy = points.read(wkb)
    if xy is None:
        shapes = shapely.from_wkb(wkb.to_numpy(zero_copy_only=False))
        return [pa.array(shapely.to_geojson(shapes), pa.string())]
    x, y = (json_text.value(pa.array(axis)) for axis in xy.T)
    return ['{"type":"Point","coordinates":[', *x, ",", *y, "]}"]
