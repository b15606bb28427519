"""A collection page by page, in the order of what identifies its features (OGC API - Features)."""

import dataclasses
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from services import errors
from services.database import Transaction
from services.exports import catalogue, coordinates, geojson
from services.exports import fields as fields_module
from services.exports.catalogue import Collection, Opened
from services.exports.dataset import Dataset, Facts
from services.exports.fields import FieldType
from services.exports.options import ExportOptions
from services.themes.held import Themes

_LONGEST_NUMBER = 18  # digits that any 64-bit integer can have


@dataclass(frozen=True)
class Page:
    """Some features of a collection.

    Attributes
    ----------
    features
        GeoJSON features, commas between them.
    returned, matched
        How many those are, and how many there are in all.
    after
        What identifies the last of them, where more follow; else None.
    """

    features: bytes
    returned: int
    matched: int
    after: str | None
    facts: Facts


def page(tx: Transaction, name: str, options: ExportOptions, themes: Themes, limit: int) -> Page:
    """Return features of a published collection, from the one after ``options.after``.

    Raises
    ------
    services.errors.NotFoundError
        There is no such collection or unit, or no district at all.
    services.errors.RefusedError
        ``options.after`` identifies nothing in such a collection, or what is gone by now.
    """
    found = catalogue.published(name)
    if not _is_key(found, options.after):
        raise errors.RefusedError("error.request.parameter", names="after")
    opened = found.open(catalogue.opened_source(tx, options, themes))
    if found.count is not None:
        rows = _table(opened, opened.head(limit + 1))
        matched = found.count(tx, dataclasses.replace(options, after=None))
    else:
        whole = _table(opened, opened.batches)
        matched, rows = whole.num_rows, _following(whole, found.key, options.after)
    shown = rows.slice(0, limit)
    more = rows.num_rows > shown.num_rows
    return Page(
        _rendered(found, opened, options, shown),
        shown.num_rows,
        matched,
        _keys(shown, found.key)[-1].as_py() if more else None,
        opened.facts,
    )


def feature(tx: Transaction, name: str, key: str, options: ExportOptions, themes: Themes) -> bytes:
    """Return one feature of a published collection as GeoJSON.

    Raises
    ------
    services.errors.NotFoundError
        There is no such collection or no such feature in it on the day, or no district at all.
    """
    found = catalogue.published(name)
    if _is_key(found, key):
        asked = dataclasses.replace(options, key=key)
        opened = found.open(catalogue.opened_source(tx, asked, themes))
        whole = _table(opened, opened.batches)
        one = whole.filter(pc.equal(_keys(whole, found.key), key)).slice(0, 1)
        if one.num_rows:
            return _rendered(found, opened, asked, one)
    raise errors.NotFoundError("error.export.feature", feature=key, collection=name)


def _is_key(collection: Collection, key: str | None) -> bool:
    field = next(field for field in collection.fields if field.name == collection.key)
    is_number = field.type is FieldType.INTEGER
    return key is None or not is_number or (key.isdecimal() and len(key) <= _LONGEST_NUMBER)


def _table(opened: Opened, batches: Iterable[pa.RecordBatch]) -> pa.Table:
    return pa.Table.from_batches(batches, fields_module.schema(opened.fields))


def _following(whole: pa.Table, key: str, after: str | None) -> pa.Table:
    """Return the rows that follow one."""
    if after is None:
        return whole
    position: int = pc.index(_keys(whole, key), after).as_py()
    if position < 0:
        raise errors.RefusedError("error.export.page_gone", after=after)
    return whole.slice(position + 1)


def _keys(whole: pa.Table, key: str) -> pa.ChunkedArray:
    column = whole.column(key)
    if pa.types.is_floating(column.type):
        return pa.chunked_array([pa.array([f"{one:g}" for one in column.to_pylist()], pa.string())])
    return pc.cast(column, pa.string())


def _rendered(
    collection: Collection, opened: Opened, options: ExportOptions, rows: pa.Table
) -> bytes:
    dataset = Dataset(
        name=collection.name,
        key=collection.key,
        geometry=collection.geometry,
        fields=opened.fields,
        facts=opened.facts,
        crs=options.crs,
        batches=_given_out(rows, options),
    )
    return b",\n".join(geojson.features(batch, dataset) for batch in dataset.batches)


def _given_out(rows: pa.Table, options: ExportOptions) -> Iterator[pa.RecordBatch]:
    for batch in rows.combine_chunks().to_batches():
        index = batch.schema.get_field_index(fields_module.GEOMETRY)
        moved = coordinates.given_out(batch.column(index), options.crs)
        yield batch.set_column(index, batch.schema.field(index), moved)
