"""What to mend first and what to look at first, as lists to take along."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

import numpy as np
import pyarrow as pa
import shapely

from services import errors
from services.exports import fields as fields_module
from services.exports import points
from services.exports.fields import Field, FieldType, field
from services.exports.options import ExportOptions
from services.themes.ramps.mending import Ranking
from services.themes.ramps.survey import Survey

MOST_MENDED: Final = 20
_MENDED, _LOOKED_AT = 5, 20

_WHERE: tuple[Field, ...] = (
    field("number", FieldType.INTEGER),
    Field("kind", FieldType.TEXT, "export.field.work_kind", "kind"),
    field("code", FieldType.TEXT),
    field("name", FieldType.TEXT),
    field("unit_code", FieldType.TEXT),
    field("unit_name", FieldType.TEXT),
)
MENDINGS: tuple[Field, ...] = (
    *_WHERE,
    Field("people", FieldType.INTEGER, "export.field.mended_alone", "people"),
    Field("best", FieldType.INTEGER, "export.field.mended_best", "best"),
    Field("then", FieldType.INTEGER, "export.field.mended_then", "then"),
    Field("together", FieldType.INTEGER, "export.field.mended_together", "together"),
    field("generated", FieldType.BOOLEAN),
)
SURVEY: tuple[Field, ...] = (
    *_WHERE,
    Field("metres", FieldType.NUMBER, "export.field.look_metres", "metres"),
    Field("settled", FieldType.INTEGER, "export.field.look_settled", "settled"),
    field("generated", FieldType.BOOLEAN),
)


def mended(options: ExportOptions) -> int:
    """Return of how many the best set is.

    Raises
    ------
    services.errors.RefusedError
        More than are chosen.
    """
    n = _MENDED if options.n is None else options.n
    if n > MOST_MENDED:
        raise errors.RefusedError("error.export.mendings", most=MOST_MENDED)
    return n


def looked_at(options: ExportOptions) -> int:
    """Return how long the list of what to look at is."""
    return _LOOKED_AT if options.n is None else options.n


def mending_batches(
    ranking: Ranking, options: ExportOptions, *, generated: bool
) -> Iterator[pa.RecordBatch]:
    """Yield the best set, then the other mendings."""
    rows = [
        (
            number, one.kind.value, one.code, one.name, one.unit_code, one.unit_name, one.people,
            number if step else None,
            step.people if step else None,
            step.together if step else None,
            generated,
        )
        for number, (one, step) in enumerate(ranking.listed, start=1)
    ]  # fmt: skip
    lonlat = [(one.lon, one.lat) for one, _ in ranking.listed]
    yield _batch(rows, lonlat, MENDINGS, options)


def survey_batches(
    found: Survey, options: ExportOptions, *, generated: bool
) -> Iterator[pa.RecordBatch]:
    """Yield what to look at, in order."""
    rows = [
        (
            number, look.kind.value, look.code, look.name, look.unit_code, look.unit_name,
            look.metres, look.settled, generated,
        )
        for number, look in enumerate(found.looks, start=1)
    ]  # fmt: skip
    yield _batch(rows, [(look.lon, look.lat) for look in found.looks], SURVEY, options)


_Value = str | int | float | bool | date | None


def _batch(
    rows: Sequence[tuple[_Value, ...]],
    lonlat: Sequence[tuple[float, float]],
    fields: tuple[Field, ...],
    options: ExportOptions,
) -> pa.RecordBatch:
    at = np.array(lonlat, dtype=np.float64).reshape(-1, 2)
    kept = np.ones(len(at), dtype=bool)
    if options.bbox is not None:
        box = options.bbox
        area = shapely.box(box.west, box.south, box.east, box.north)
        kept = shapely.intersects_xy(area, at[:, 0], at[:, 1])
    chosen = np.flatnonzero(kept)
    schema = fields_module.schema(fields)
    arrays = [
        pa.array([rows[i][column] for i in chosen.tolist()], part.type)
        for column, part in zip(range(len(fields)), schema, strict=False)
    ]
    return pa.record_batch([*arrays, points.write(at[chosen])], schema=schema)
