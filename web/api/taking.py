"""What a department's key reads of a collection: in the audit log, without a line for each page.

People who have logged in draw maps and lists by the same routes; what they take along as a file
is told by `services.exports.download`.
"""

from collections.abc import Callable

from fastapi import Request

from services import exports
from services.caller import Role
from services.exports import ExportOptions, Taken
from web import access, days, state

MEMO = "taken"
"""Kind of what is remembered: what a key was told to read today."""


def begun(request: Request, collection: str, options: ExportOptions) -> None:
    """Tell that a key reads a collection from its beginning: each time."""
    caller = access.caller(request)
    if caller.role is Role.DEPARTMENT:
        exports.keep_taken(state.of(request).database, caller, Taken.of(collection, options))
        _once_a_day(request, collection, options.unit, lambda: None)


def read_on(request: Request, form: str) -> None:
    """Tell that a key reads something else of the collection it was granted: once a day.

    Whoever leaves out the beginning is in the log all the same, with the unit asked for. It is
    remembered by the process that answers: another one, or a later one, may tell it again.

    Parameters
    ----------
    form
        ``json`` or ``geojson``.
    """
    caller = access.caller(request)
    if caller.role is not Role.DEPARTMENT:
        return
    collection = access.GRANTED[request.scope["route"].path].format(**request.path_params)
    unit = request.query_params.get("unit") or None

    def tell() -> None:
        taken = Taken(collection, form, unit, None)
        exports.keep_taken(state.of(request).database, caller, taken)

    _once_a_day(request, collection, unit, tell)


def _once_a_day(
    request: Request, collection: str, unit: str | None, tell: Callable[[], None]
) -> None:
    name = access.caller(request).name
    state.of(request).memo.get((MEMO, name, collection, unit, days.today()), tell)
