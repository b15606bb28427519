"""An export as bytes: streamed, written to a file, or on its way to a browser."""

import contextlib
import dataclasses
import os
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import structlog

from gis import crs as crs_module
from services import errors
from services.caller import Caller
from services.database import Database, Transaction
from services.exports import catalogue, coordinates
from services.exports import fields as fields_module
from services.exports.dataset import Dataset
from services.exports.options import ExportOptions
from services.exports.renderers import RENDERERS
from services.exports.taking import Taken, door_of, keep_taken
from services.themes.held import Themes

_log = structlog.get_logger()


@dataclass(frozen=True)
class Download:
    """An export on its way to a browser.

    Attributes
    ----------
    body
        The bytes in pieces; the transaction behind ends when it is exhausted or closed.
    """

    file_name: str
    media_type: str
    body: Iterator[bytes]


def stream(
    tx: Transaction, collection: str, options: ExportOptions, themes: Themes | None = None
) -> Iterator[bytes]:
    """Open an export and return its bytes, in pieces, made as they are asked for.

    Parameters
    ----------
    tx
        Must stay open until the last piece.
    collection
        Name of the collection.
    themes
        What answers coverage, with what it remembers; None: a fresh one.

    Raises
    ------
    services.errors.NotFoundError
        No such collection, unit or rule set, or no district at all: at once, before any byte.
    """
    found = catalogue.find(collection, tx.caller)
    source = catalogue.opened_source(tx, options, themes or Themes())
    opened = found.open(source)
    dataset = Dataset(
        name=found.name,
        key=found.key,
        geometry=found.geometry,
        fields=opened.fields,
        facts=dataclasses.replace(opened.facts, crs_note=_note(options.crs)),
        crs=options.crs,
        batches=_given_out(opened.batches, options.crs),
    )
    return _logged(dataset, source)


def write(
    tx: Transaction,
    collection: str,
    options: ExportOptions,
    path: Path,
    themes: Themes | None = None,
) -> None:
    """Write an export to a file, which appears when it is complete and not at all otherwise.

    Raises
    ------
    services.errors.NotFoundError
        As `stream`.
    services.errors.RefusedError
        There can be no such file.
    """
    save(stream(tx, collection, options, themes), path)


def save(chunks: Iterator[bytes], path: Path) -> None:
    """Write an export that was opened by `stream` to a file, as `write` does.

    Raises
    ------
    services.errors.RefusedError
        There can be no such file.
    """
    try:
        if path.exists() and not path.is_file():  # a pipe, a terminal, /dev/null
            with path.open("wb") as file:
                file.writelines(chunks)
        else:
            _write_whole(chunks, path)
    except OSError as error:
        raise errors.RefusedError(
            "error.export.unwritable", path=path, reason=error.strerror
        ) from error


def download(
    database: Database,
    caller: Caller,
    collection: str,
    options: ExportOptions,
    themes: Themes | None = None,
) -> Download:
    """Open an export in a transaction of its own, which lasts as long as the body.

    Somebody takes it along: that is in the audit log before this returns.

    Raises
    ------
    services.errors.NotFoundError
        As `stream`.
    """
    with contextlib.ExitStack() as stack:
        tx = stack.enter_context(database.transaction(caller, door_of(caller, collection)))
        chunks = stream(tx, collection, options, themes)
        keep_taken(database, caller, Taken.of(collection, options))
        body = _closing(stack.pop_all(), chunks)
    return _named(collection, options, body)


def drawn(
    database: Database,
    caller: Caller,
    collection: str,
    options: ExportOptions,
    themes: Themes | None = None,
) -> Download:
    """Open a published collection for a page that draws it; nobody takes it along.

    Raises
    ------
    services.errors.NotFoundError
        As `stream`, and for collections that are not published.
    """
    catalogue.published(collection)
    with contextlib.ExitStack() as stack:
        tx = stack.enter_context(database.transaction(caller))
        chunks = stream(tx, collection, options, themes)
        body = _closing(stack.pop_all(), chunks)
    return _named(collection, options, body)


def _named(collection: str, options: ExportOptions, body: Iterator[bytes]) -> Download:
    return Download(file_name(collection, options), RENDERERS[options.format].media_type, body)


def file_name(collection: str, options: ExportOptions) -> str:
    """Return a name that tells what is inside: collection, unit, day, displaced coordinates."""
    parts = [collection, options.unit, options.as_of.isoformat(), _note(options.crs)]
    return "_".join(part for part in parts if part) + RENDERERS[options.format].suffix


def _given_out(
    batches: Iterator[pa.RecordBatch], crs: crs_module.SourceCrs
) -> Iterator[pa.RecordBatch]:
    """Turn the geometry of each batch into what is given out."""
    for batch in batches:
        index = batch.schema.get_field_index(fields_module.GEOMETRY)
        moved = coordinates.given_out(batch.column(index), crs)
        yield batch.set_column(index, batch.schema.field(index), moved)


def _note(crs: crs_module.SourceCrs) -> str | None:
    return None if crs.kind is crs_module.CrsKind.EPSG else crs.name


def _logged(dataset: Dataset, source: catalogue.Source) -> Iterator[bytes]:
    """Render, and leave a line in the log when it is over, however it ended."""
    options, begun = source.options, time.perf_counter()
    rows = size = 0
    complete = False

    def counted() -> Iterator[pa.RecordBatch]:
        nonlocal rows
        for batch in dataset.batches:
            rows += batch.num_rows
            yield batch

    try:
        render = RENDERERS[options.format].render
        for chunk in render(dataclasses.replace(dataset, batches=counted())):
            size += len(chunk)
            yield chunk
        complete = True
    finally:
        _log.info(
            "export",
            collection=dataset.name,
            format=options.format.value,
            crs=options.crs.name,
            unit=options.unit,
            as_of=options.as_of.isoformat(),
            role=source.tx.caller.role.value,
            rows=rows,
            bytes=size,
            complete=complete,
            seconds=round(time.perf_counter() - begun, 3),
        )


def _write_whole(chunks: Iterator[bytes], path: Path) -> None:
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with part.open("xb") as file:
            file.writelines(chunks)
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _closing(stack: contextlib.ExitStack, chunks: Iterator[bytes]) -> Iterator[bytes]:
    with stack:
        yield from chunks
