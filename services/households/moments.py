"""Moments that somebody's phone wrote down: its clock may be wrong, and it may send late."""

from datetime import UTC, datetime, timedelta

from services import errors

OLDEST = timedelta(days=366)
_AHEAD = timedelta(minutes=5)  # clocks differ


def check(field: str, at: datetime) -> datetime:
    """Return a moment in UTC.

    Raises
    ------
    errors.FaultsError
        It names no time zone, lies in the future, or over a year back.
    """
    if at.tzinfo is None:
        raise _fault(field, "error.moments.zone")
    now = datetime.now(UTC)
    if at > now + _AHEAD:
        raise _fault(field, "error.moments.future")
    if at < now - OLDEST:
        raise _fault(field, "error.moments.old")
    return at.astimezone(UTC)


def _fault(field: str, key: str) -> errors.FaultsError:
    return errors.FaultsError({field: errors.RefusedError(key)})
