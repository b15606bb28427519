"""GeoPackage, FlatGeobuf and Shapefile, through GDAL's Arrow interface: batch by batch."""

import dataclasses
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyproj

from services import gdal
from services.exports import dataset as datasets
from services.exports.dataset import Dataset
from services.exports.fields import GEOMETRY


def geopackage(dataset: Dataset, path: Path) -> None:
    """Write a GeoPackage; what holds of all rows is in its metadata table."""
    noted = datasets.with_note_column(dataset)
    _write(
        noted,
        path,
        driver="GPKG",
        layer_metadata=dataset.facts.texts(),
        dataset_options={"VERSION": "1.3"},  # 1.4 adds nothing here, and older readers warn of it
    )


def flatgeobuf(dataset: Dataset, path: Path) -> None:
    """Write a FlatGeobuf with its spatial index."""
    _write(datasets.with_note_column(dataset), path, driver="FlatGeobuf")


def shapefile(dataset: Dataset, path: Path) -> None:
    """Write a zipped Shapefile with UTF-8 names and fields of at most ten characters."""
    noted = datasets.with_note_column(dataset)
    folder = path.parent / "parts"
    folder.mkdir()
    _write(
        _shortened(noted),
        folder / f"{dataset.name}.shp",
        driver="ESRI Shapefile",
        encoding="UTF-8",
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in sorted(folder.iterdir()):
            archive.write(part, part.name)


def _shortened(dataset: Dataset) -> Dataset:
    """Return the dataset under the field names that a dBase table has room for."""
    fields = tuple(dataclasses.replace(item, name=item.short) for item in dataset.fields)
    names = [*(item.name for item in fields), GEOMETRY]

    def renamed() -> Iterator[pa.RecordBatch]:
        for batch in dataset.batches:
            yield batch.rename_columns(names)

    return dataclasses.replace(dataset, fields=fields, batches=renamed())


def _write(dataset: Dataset, path: Path, **options: object) -> None:
    reader = pa.RecordBatchReader.from_batches(dataset.schema, dataset.batches)
    gdal.ogr().write_arrow(
        reader,
        path,
        layer=dataset.name,
        geometry_name=GEOMETRY,
        geometry_type=dataset.geometry.value,
        crs=_wkt(dataset),
        **options,
    )


def _wkt(dataset: Dataset) -> str:
    """Return the CRS as WKT; displaced coordinates get a local one of their name (OGC 01-009).

    Readers then show the name, and do not take the coordinates for WGS 84.
    """
    if dataset.epsg is None:
        return f'LOCAL_CS["{dataset.crs.name}",UNIT["degree",0.0174532925199433]]'
    wkt: str = pyproj.CRS.from_epsg(dataset.epsg).to_wkt()
    return wkt
