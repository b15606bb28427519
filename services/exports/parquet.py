"""GeoParquet 1.1, one row group a batch (https://geoparquet.org/releases/v1.1.0/)."""

import json
from pathlib import Path

import pyarrow.parquet
import pyproj

from gis import crs as crs_module
from services.exports.dataset import Dataset
from services.exports.fields import GEOMETRY

_VERSION = "1.1.0"


def write(dataset: Dataset, path: Path) -> None:
    """Write GeoParquet; what holds of all rows is in the metadata of the file."""
    metadata = {"geo": json.dumps(_metadata(dataset)), **dataset.facts.texts()}
    schema = dataset.schema.with_metadata(metadata)
    with pyarrow.parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        for batch in dataset.batches:
            writer.write_batch(batch.replace_schema_metadata(metadata))


def _metadata(dataset: Dataset) -> dict[str, object]:
    column: dict[str, object] = {
        "encoding": "WKB",
        "geometry_types": [dataset.geometry.value],
        "orientation": "counterclockwise",
    }
    if dataset.epsg != crs_module.WGS84:  # without the member it is CRS84; null means unknown
        epsg = dataset.epsg
        column["crs"] = None if epsg is None else pyproj.CRS.from_epsg(epsg).to_json_dict()
    return {"version": _VERSION, "primary_column": GEOMETRY, "columns": {GEOMETRY: column}}
