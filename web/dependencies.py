"""What routes ask for: who calls, a transaction, the day, the page."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated

from fastapi import Depends, Query, Request
from pydantic import BeforeValidator, Field

from services import errors, import_history, units
from services.caller import Caller
from services.database import Transaction
from services.rights import Door
from web import access, days, state, view
from web.i18n import Translator
from web.state import State

EARLIEST = date(1900, 1, 1)
LATEST = date(2199, 12, 31)


def _absent(value: object) -> object:
    """Read a field left empty in a form as one that was not sent."""
    return None if value == "" else value


Optional = BeforeValidator(_absent)
Held = Annotated[State, Depends(state.of)]
Words = Annotated[Translator, Depends(view.translator)]
# What is checked of a value stands inside: it does not hold of a value that was not sent.
_Date = Annotated[date, Field(ge=EARLIEST, le=LATEST)]
_Code = Annotated[str, Field(max_length=20, pattern=r"^[0-9]*$")]
AsOf = Annotated[_Date | None, Optional, Query()]
UnitCode = Annotated[_Code | None, Optional, Query()]


Asker = Annotated[Caller, Depends(access.caller)]


def reading(held: Held, asker: Asker) -> Iterator[Transaction]:
    """Open a transaction that sees the data of one moment and changes nothing."""
    with held.database.snapshot(asker) as tx:
        yield tx


def writing(held: Held, asker: Asker) -> Iterator[Transaction]:
    """Open a transaction that is rolled back unless the route commits it."""
    with held.database.transaction(asker) as tx:
        yield tx


def meeting(held: Held, asker: Asker) -> Iterator[Transaction]:
    """Open a transaction that sees the people of the caller's own units, and may be committed."""
    with held.database.transaction(asker, Door.PEOPLE) as tx:
        yield tx


def administering(held: Held, asker: Asker) -> Iterator[Transaction]:
    """Open a transaction on accounts, keys, roster and audit, and may be committed."""
    with held.database.transaction(asker, Door.ADMIN) as tx:
        yield tx


Reading = Annotated[Transaction, Depends(reading)]
Writing = Annotated[Transaction, Depends(writing)]
Meeting = Annotated[Transaction, Depends(meeting)]
Administering = Annotated[Transaction, Depends(administering)]


def day(as_of: AsOf = None) -> date:
    """Return the day a question is asked for: today unless the address says another."""
    return as_of or days.today()


Day = Annotated[date, Depends(day)]


def page(request: Request, held: Held, words: Words, asker: Asker, as_of: Day) -> view.Page:
    """Return the page to be made; it knows the district if there is one.

    Its transaction is over before that of the route begins: a request that held one connection
    and waited for another could wait for those who do the same.
    """
    with held.database.snapshot(asker) as tx:
        root, generated = _root(tx, as_of), import_history.has_generated(tx)
    return view.Page(
        request=request,
        state=held,
        t=words,
        as_of=as_of,
        today=days.today(),
        root=root,
        generated=generated,
    )


def _root(tx: Transaction, as_of: date) -> units.Root | None:
    try:
        return units.root(tx, as_of)
    except errors.NotFoundError:
        return None


Page = Annotated[view.Page, Depends(page)]
