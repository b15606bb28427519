"""A collection opened for one export: facts about it as a whole, and its rows as a stream."""

import dataclasses
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from gis import crs as crs_module
from services.exports import fields as fields_module
from services.exports.fields import Field, FieldType, GeometryType

_CRS_NOTE = fields_module.field("crs_note", FieldType.TEXT)


@dataclass(frozen=True)
class Facts:
    """What is true of all rows, and stands once in a file wherever the format has a place for it.

    Attributes
    ----------
    as_of
        The day whose state is given out.
    generated
        Whether rows are generated ones (a sample), not facts.
    source
        Whose data it is: name and code of the district.
    attribution
        Whom the data's licence asks to name.
    rules, max_walk_m, min_age
        Of coverage: rule set, limit in metres, age from which people count.
    to, profile, edition
        Of ways without a step: what is reached, who is on the way, and the standard for ramps.
    days, passes
        Of patrols: length of the period in days, and how often in it counts.
    crs_note
        ``GCJ-02`` or ``BD-09`` where coordinates are displaced so, and in no CRS of the registry.
    """

    as_of: date
    generated: bool
    source: str
    attribution: str | None = None
    rules: str | None = None
    max_walk_m: float | None = None
    min_age: int | None = None
    to: str | None = None
    profile: str | None = None
    edition: str | None = None
    days: int | None = None
    passes: int | None = None
    crs_note: str | None = None

    def items(self) -> dict[str, str | bool | float | int]:
        """Return what is known by name, ready for JSON."""
        values = {**dataclasses.asdict(self), "as_of": self.as_of.isoformat()}
        return {name: value for name, value in values.items() if value is not None}

    def texts(self) -> dict[str, str]:
        """Return what is known by name, as texts (for metadata tables)."""
        return {
            name: value if isinstance(value, str) else json.dumps(value)
            for name, value in self.items().items()
        }


@dataclass(frozen=True)
class Dataset:
    """Rows on their way out.

    Attributes
    ----------
    name
        Name of the collection, of the layer, of the file.
    key
        Field that identifies a feature.
    fields
        Columns without the geometry.
    crs
        CRS of the geometry in `batches`.
    batches
        Record batches with the columns of `schema`, read once; geometry is two-dimensional ISO
        WKB, rings by the right-hand rule.
    """

    name: str
    key: str
    geometry: GeometryType
    fields: tuple[Field, ...]
    facts: Facts
    crs: crs_module.SourceCrs
    batches: Iterator[pa.RecordBatch]

    @property
    def schema(self) -> pa.Schema:
        """Arrow schema of every batch."""
        return fields_module.schema(self.fields)

    @property
    def epsg(self) -> int | None:
        """EPSG code of the coordinates; None for displaced ones, which no code describes."""
        return self.crs.epsg if self.crs.kind is crs_module.CrsKind.EPSG else None


def with_note_column(dataset: Dataset) -> Dataset:
    """Return the dataset with the note on its coordinates in a column, if there is one.

    For formats without a place that every reader shows for what holds of the whole file.
    """
    note = dataset.facts.crs_note
    if note is None:
        return dataset

    def noted() -> Iterator[pa.RecordBatch]:
        for batch in dataset.batches:
            column = pa.repeat(pa.scalar(note), batch.num_rows)
            yield batch.add_column(len(dataset.fields), _CRS_NOTE.arrow, column)

    return dataclasses.replace(dataset, fields=(*dataset.fields, _CRS_NOTE), batches=noted())
