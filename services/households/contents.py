"""What a change says: read from what was typed, checked, and made alike."""

from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from gis import crs
from services import errors, units
from services.database import Transaction
from services.households import persons
from services.households.persons import Values
from services.imports import checks, points


class ChangeKind(StrEnum):
    """What a change is about."""

    POSITION = "position"
    MOVED = "moved"
    DIED = "died"
    NEW_RESIDENT = "new_resident"
    CORRECTION = "correction"

    @property
    def is_of_resident(self) -> bool:
        """Whether it is about somebody, not about the household."""
        return self in {ChangeKind.MOVED, ChangeKind.DIED, ChangeKind.CORRECTION}


_LONGEST_PLACE: Final = 200
_DECIMALS: Final = 7  # a centimetre


def touched(kind: ChangeKind, values: Values) -> tuple[str, ...]:
    """Return the fields of household or resident that a change writes over."""
    if kind is ChangeKind.CORRECTION:
        return tuple(values)
    if kind is ChangeKind.POSITION:
        return ("position",)
    return ("left",) if kind.is_of_resident else ()


def read(
    tx: Transaction,
    kind: ChangeKind,
    typed: Mapping[str, object],
    today: date,
    present: Values | None,
) -> Values:
    """Read what was typed for a kind of change.

    Parameters
    ----------
    present
        What is known of the resident it is about, by `persons.FIELDS`; None: about nobody.

    Raises
    ------
    errors.FaultsError
        By field; also where there are fields that the kind does not have.
    """
    allowed = _FIELDS[kind]
    unknown = {field for field in typed if field not in allowed}
    if unknown:
        fault = errors.RefusedError("error.form.unknown")
        raise errors.FaultsError(dict.fromkeys(sorted(unknown), fault))
    return _READERS[kind](tx, typed, today, present)


def _position(
    tx: Transaction, typed: Mapping[str, object], today: date, present: Values | None
) -> Values:
    del present
    row = persons.sieve({field: typed.get(field) for field in ("lon", "lat")})
    try:
        source = crs.parse_crs(str(typed.get("crs") or f"EPSG:{crs.STORED}"))
    except ValueError as error:
        fault = errors.RefusedError("error.form.value")
        raise errors.FaultsError({"crs": fault}) from error
    box = points.widened(units.root(tx, today).bounds)
    lonlat = points.places(row, points.Frame(source, box))
    persons.check(row)
    lon, lat = (round(float(degrees), _DECIMALS) for degrees in lonlat[0])
    return {"lon": lon, "lat": lat}


def _departure(
    tx: Transaction, typed: Mapping[str, object], today: date, present: Values | None
) -> Values:
    del tx
    born = date.fromisoformat(present["birth_date"]) if present else date.min
    row = persons.sieve({"on": typed.get("on"), "to": typed.get("to")})
    checks.require(row, "on", row.text("on"))
    day = checks.day(row, "on")
    checks.within(row, "on", day, born, today, "error.changes.day")
    to = checks.text(row, "to")
    persons.check(row)
    where = to[0].as_py()
    if where is not None and len(where) > _LONGEST_PLACE:
        fault = errors.RefusedError("error.import.value.too_long", longest=_LONGEST_PLACE)
        raise errors.FaultsError({"to": fault})
    return {"on": day[0].as_py().isoformat(), **({"to": where} if where else {})}


def _newcomer(
    tx: Transaction, typed: Mapping[str, object], today: date, present: Values | None
) -> Values:
    del tx, present
    return persons.read(typed, today)


def _correction(
    tx: Transaction, typed: Mapping[str, object], today: date, present: Values | None
) -> Values:
    """Read the given fields; the others are as they are, and must go with them."""
    del tx
    if present is None:
        raise ValueError("a correction is about somebody")
    if not typed:
        raise errors.FaultsError({"": errors.RefusedError("error.changes.nothing")})
    try:
        whole = persons.read({**persons.written(present), **typed}, today)
    except errors.FaultsError as error:
        raise errors.FaultsError(_on_given(error.faults, typed)) from error
    values = {field: whole[field] for field in persons.FIELDS if field in typed}
    if all(values[field] == present[field] for field in values):
        raise errors.FaultsError({"": errors.RefusedError("error.changes.nothing")})
    return values


def _on_given(
    faults: Mapping[str, errors.WanggeError], typed: Mapping[str, object]
) -> Mapping[str, errors.WanggeError]:
    """Tell a fault of a field that was not typed at one that was: it is what does not fit."""
    first = next(iter(typed))
    return {field if field in typed else first: fault for field, fault in faults.items()}


_Reader = Callable[[Transaction, Mapping[str, object], date, Values | None], Values]
_READERS: Final[Mapping[ChangeKind, _Reader]] = MappingProxyType(
    {
        ChangeKind.POSITION: _position,
        ChangeKind.MOVED: _departure,
        ChangeKind.DIED: _departure,
        ChangeKind.NEW_RESIDENT: _newcomer,
        ChangeKind.CORRECTION: _correction,
    }
)
_FIELDS: Final[Mapping[ChangeKind, frozenset[str]]] = MappingProxyType(
    {
        ChangeKind.POSITION: frozenset({"lon", "lat", "crs"}),
        ChangeKind.MOVED: frozenset({"on", "to"}),
        ChangeKind.DIED: frozenset({"on"}),
        ChangeKind.NEW_RESIDENT: frozenset(persons.FIELDS),
        ChangeKind.CORRECTION: frozenset(persons.FIELDS),
    }
)
