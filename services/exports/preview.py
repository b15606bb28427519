"""A collection at a glance: how many rows it has, what the first of them look like."""

from dataclasses import dataclass
from itertools import chain
from typing import Any

import pyarrow as pa
import shapely

from services.database import Transaction
from services.exports import catalogue, coordinates
from services.exports import fields as fields_module
from services.exports.dataset import Facts
from services.exports.fields import Field
from services.exports.options import ExportOptions
from services.themes.held import Themes


@dataclass(frozen=True)
class Shape:
    """What is told of a geometry in place of its coordinates, which may be thousands.

    Attributes
    ----------
    kind
        By the names of OGC Simple Features.
    points
        How many points it has.
    lon, lat
        Degrees of CRS84: of a point the place itself, else of a point on the shape.
    """

    kind: str
    points: int
    lon: float
    lat: float


@dataclass(frozen=True)
class Preview:
    """The beginning of a collection.

    Attributes
    ----------
    fields
        Columns of `rows`.
    rows
        Values of the first rows, in the order of the fields.
    shapes
        One for each row; None: it has no geometry.
    total
        How many rows the whole has.
    """

    fields: tuple[Field, ...]
    rows: tuple[tuple[Any, ...], ...]
    shapes: tuple[Shape | None, ...]
    total: int
    facts: Facts


def preview(
    tx: Transaction, name: str, options: ExportOptions, themes: Themes, n: int = 5
) -> Preview:
    """Return the beginning of a published collection; what leads to people is not shown.

    Raises
    ------
    services.errors.NotFoundError
        There is no such published collection, unit or rule set, or no district at all.
    """
    found = catalogue.published(name)
    opened = found.open(catalogue.opened_source(tx, options, themes))
    head = opened.head(n)
    if found.count is not None:
        total = found.count(tx, options)
    else:
        total = sum(one.num_rows for one in chain(head, opened.batches))
    shown = pa.Table.from_batches(head).slice(0, n) if head else None
    return Preview(opened.fields, _rows(shown), _shapes(shown, options), total, opened.facts)


def _rows(head: pa.Table | None) -> tuple[tuple[Any, ...], ...]:
    if head is None:
        return ()
    columns = head.drop_columns(fields_module.GEOMETRY).columns
    return tuple(zip(*(column.to_pylist() for column in columns), strict=True))


def _shapes(head: pa.Table | None, options: ExportOptions) -> tuple[Shape | None, ...]:
    if head is None:
        return ()
    wkb = head.column(fields_module.GEOMETRY).combine_chunks()
    moved = coordinates.given_out(wkb, options.crs)
    return tuple(_shape(one) for one in shapely.from_wkb(moved.to_pylist()))


def _shape(geometry: Any) -> Shape | None:
    if geometry is None or geometry.is_empty:
        return None
    inside = geometry.representative_point()
    return Shape(geometry.geom_type, int(shapely.get_num_coordinates(geometry)), inside.x, inside.y)
