"""Which column of a file is which field: English and Chinese headings, and the user's own."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from services.imports.report import FileFaultError

_REMARK = re.compile(r"\([^()]*\)\s*$")
_SEPARATORS = re.compile(r"[\s_\-*:]+")
_SHOWN = 30
_SHAPEFILE_WIDTH = 10  # longer names are cut in a Shapefile


@dataclass(frozen=True)
class Field:
    """A column of an import format.

    Attributes
    ----------
    names
        Headings that are understood beside the field's own name.
    """

    name: str
    names: tuple[str, ...]
    required: bool = False


@dataclass(frozen=True)
class Columns:
    """Headings of a file by field, and those that are not used."""

    of_field: Mapping[str, str]
    unused: tuple[str, ...]

    def __contains__(self, field: str) -> bool:
        """Whether the file has a field."""
        return field in self.of_field

    @property
    def used(self) -> tuple[str, ...]:
        """Headings that are read."""
        return tuple(dict.fromkeys(self.of_field.values()))


def fields(text: str) -> tuple[Field, ...]:
    """Read a table of fields: name, ``!`` if required, then the headings, a line each."""
    found = []
    for line in text.strip().splitlines():
        name, *names = line.split()
        required = name.endswith("!")
        found.append(Field(name.removesuffix("!"), tuple(names), required))
    return tuple(found)


def plain(heading: str) -> str:
    """Reduce a heading to what counts: no case, spaces, unit in brackets or full-width forms."""
    text = unicodedata.normalize("NFKC", heading).strip().lower().lstrip("\ufeff")
    return _SEPARATORS.sub("", _REMARK.sub("", text))


def match(
    headings: tuple[str, ...], known: tuple[Field, ...], mapping: Mapping[str, str]
) -> Columns:
    """Find the column of each field.

    Parameters
    ----------
    headings
        Of the file.
    known
        Fields of the format.
    mapping
        Heading by field, as the user said; goes before everything else.

    Raises
    ------
    FileFaultError
        A field of the mapping is unknown or its column missing; two columns are the same field.
    """
    names = {field.name for field in known}
    for field, column in mapping.items():
        if field not in names:
            raise FileFaultError(
                "error.import.columns.unknown_field", field=field, known=", ".join(sorted(names))
            )
        if column not in headings:
            raise FileFaultError(
                "error.import.columns.not_there", heading=column, found=_listed(headings)
            )
    of_field = dict(mapping)
    taken = set(mapping.values())
    meaning = _meanings(known)
    for heading in headings:
        meant = meaning.get(plain(heading)) or _cut(heading, known)
        if heading in taken or meant is None or meant in mapping:
            continue
        if meant in of_field:
            raise FileFaultError(
                "error.import.columns.twice", field=meant, first=of_field[meant], second=heading
            )
        of_field[meant] = heading
    used = set(of_field.values())
    repeated = [heading for heading in used if headings.count(heading) > 1]
    if repeated:
        raise FileFaultError("error.import.columns.repeated", heading=repeated[0])
    unused = tuple(name for name in headings if name not in used and name.strip())
    return Columns(of_field, unused)


def demand(columns: Columns, wanted: tuple[Field, ...], headings: tuple[str, ...]) -> None:
    """Refuse a file that lacks a required field.

    Raises
    ------
    FileFaultError
        Names the first missing field, its known headings, and what was found.
    """
    for field in wanted:
        if field.required and field.name not in columns:
            raise FileFaultError(
                "error.import.columns.missing",
                field=field.name,
                names=", ".join((field.name, *field.names)),
                found=_listed(headings),
            )


def demand_any(columns: Columns, wanted: tuple[Field, ...]) -> None:
    """Refuse a table of which no heading is understood: its first row may be somebody's.

    Raises
    ------
    FileFaultError
        Names the headings that are understood, and none that was found.
    """
    if not columns.of_field:
        names = ", ".join(
            f"{field.name} ({'/'.join(field.names)})" for field in wanted if field.required
        )
        raise FileFaultError("error.import.columns.none", row=1, names=names)


def _meanings(known: tuple[Field, ...]) -> dict[str, str]:
    return {plain(name): field.name for field in known for name in (field.name, *field.names)}


def _cut(heading: str, known: tuple[Field, ...]) -> str | None:
    if len(heading) != _SHAPEFILE_WIDTH:
        return None
    whole = [field.name for field in known if field.name.startswith(heading.lower())]
    return whole[0] if len(whole) == 1 else None


def _listed(headings: tuple[str, ...]) -> str:
    """Name the first headings, and how many more there are: a sheet may have 16,384 columns."""
    named = [heading for heading in headings if heading.strip()]
    more = len(named) - _SHOWN
    return ", ".join(named[:_SHOWN]) + (f", … (+{more:,})" if more > 0 else "")
