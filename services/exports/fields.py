"""What a column of a collection is: name, type, meaning."""

from dataclasses import dataclass
from enum import StrEnum

import pyarrow as pa

GEOMETRY = "geometry"
_SHORT = 10  # bytes of a field name in a dBase table, and so in a Shapefile


class FieldType(StrEnum):
    """Types that every format can carry."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"


class GeometryType(StrEnum):
    """Geometry types by the names of OGC Simple Features."""

    POINT = "Point"
    LINE = "LineString"
    LINES = "MultiLineString"
    AREA = "MultiPolygon"


_ARROW = {
    FieldType.TEXT: pa.string(),
    FieldType.INTEGER: pa.int64(),
    FieldType.NUMBER: pa.float64(),
    FieldType.BOOLEAN: pa.bool_(),
    FieldType.DATE: pa.date32(),
}


@dataclass(frozen=True)
class Field:
    """One column.

    Attributes
    ----------
    name
        Name in every format but the Shapefile.
    type
        What it holds; a value can be missing in any column.
    meaning
        Key of the text that says what it means, in every catalogue.
    short
        Name in a Shapefile: at most 10 ASCII characters.
    """

    name: str
    type: FieldType
    meaning: str
    short: str

    def __post_init__(self) -> None:
        """Refuse a short name that a dBase table would cut."""
        if len(self.short) > _SHORT or not self.short.isascii():
            raise ValueError(f"not a field name for a Shapefile: {self.short!r}")

    @property
    def arrow(self) -> pa.Field:
        """The column in Arrow's terms."""
        return pa.field(self.name, _ARROW[self.type])


def field(name: str, kind: FieldType, short: str | None = None) -> Field:
    """Return a field whose meaning has the key ``export.field.<name>``."""
    return Field(name, kind, f"export.field.{name}", short or name)


def schema(fields: tuple[Field, ...]) -> pa.Schema:
    """Return the Arrow schema of rows: the fields, then the geometry as WKB."""
    return pa.schema([*(item.arrow for item in fields), pa.field(GEOMETRY, pa.binary())])
