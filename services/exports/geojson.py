"""GeoJSON (RFC 7946) and GeoJSON text sequences (RFC 8142), written as the rows stream in.

Coordinates are CRS84 unless something else is asked for. A CRS of the registry is then named in
a member ``crs`` (of the 2008 format; RFC 7946 allows it by prior arrangement, and GDAL and QGIS
read it), displaced coordinates in a member ``crs_note``.
"""

from collections.abc import Iterator

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from gis import crs as crs_module
from services.exports import dataset as datasets
from services.exports import json_text
from services.exports.dataset import Dataset

_RECORD_SEPARATOR = b"\x1e"  # RFC 8142, section 2.1


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
            yield separator + ",\n".join(_features(batch, dataset).to_pylist()).encode()
            separator = b",\n"
    yield b"\n]}\n"


def sequence(dataset: Dataset) -> Iterator[bytes]:
    """Write one text per feature; what holds of all features has no place of its own."""
    noted = datasets.with_note_column(dataset)
    for batch in noted.batches:
        texts = _features(batch, noted).to_pylist()
        yield b"".join(_RECORD_SEPARATOR + text.encode() + b"\n" for text in texts)


def _features(batch: pa.RecordBatch, dataset: Dataset) -> pa.Array:
    shapes = shapely.from_wkb(batch.column("geometry").to_numpy(zero_copy_only=False))
    return pc.binary_join_element_wise(
        '{"type":"Feature","id":',
        json_text.values(batch.column(dataset.key)),
        ',"geometry":',
        pa.array(shapely.to_geojson(shapes), pa.string()),
        ',"properties":',
        json_text.objects(batch, len(dataset.fields)),
        "}",
        "",
    )
