"""CSV that Excel opens rightly: UTF-8 with its mark, and no cell that becomes a formula."""

import io
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.csv
import shapely

from services import formula_cells
from services.exports import coordinates, flat
from services.exports import dataset as datasets
from services.exports.dataset import Dataset
from services.exports.fields import GEOMETRY, GeometryType

_MARK = b"\xef\xbb\xbf"  # without it Excel on a Chinese Windows reads UTF-8 as GB18030
_OPTIONS = pyarrow.csv.WriteOptions(include_header=False, quoting_style="needed", eol="\r\n")


def text(dataset: Dataset) -> Iterator[bytes]:
    """Write a table (RFC 4180): points as two columns of coordinates, other geometry as WKT."""
    noted = datasets.with_note_column(dataset)
    places = flat.axes(noted.crs) if noted.geometry is GeometryType.POINT else ("wkt",)
    names = [*(item.name for item in noted.fields), *places]
    yield _MARK + ",".join(names).encode() + b"\r\n"
    for batch in noted.batches:
        yield _lines(batch, noted)


def _lines(batch: pa.RecordBatch, dataset: Dataset) -> bytes:
    values = [formula_cells.guarded(batch.column(item.name)) for item in dataset.fields]
    places = _places(batch.column(GEOMETRY), dataset)
    names = [str(index) for index in range(len(values) + len(places))]
    buffer = io.BytesIO()
    pyarrow.csv.write_csv(pa.record_batch([*values, *places], names=names), buffer, _OPTIONS)
    return buffer.getvalue()


def _places(wkb: pa.Array, dataset: Dataset) -> list[pa.Array]:
    if dataset.geometry is GeometryType.POINT:
        return list(flat.places(wkb, dataset.crs))
    shapes = shapely.from_wkb(wkb.to_numpy(zero_copy_only=False))
    digits = coordinates.digits(dataset.crs)
    return [pa.array(shapely.to_wkt(shapes, rounding_precision=digits), pa.string())]
