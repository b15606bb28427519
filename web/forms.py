"""Forms as they were typed: kept whatever is wrong with them, so that nothing typed is lost."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import Depends, Request

from services import errors
from web import days
from web.i18n import Translator


@dataclass(frozen=True)
class Typed:
    """What stands in the fields of a form.

    Attributes
    ----------
    values
        By field; a field may be there several times.
    """

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def text(self, name: str, otherwise: str = "") -> str:
        """Return the first value of a field."""
        return self.values.get(name, (otherwise,))[0]

    def every(self, name: str) -> tuple[str, ...]:
        """Return all values of a field."""
        return self.values.get(name, ())

    def __contains__(self, name: str) -> bool:
        """Whether the form has a field."""
        return name in self.values

    @classmethod
    def of(cls, values: Mapping[str, str | tuple[str, ...]]) -> "Typed":
        """Return a form as we fill it in."""
        return cls({name: (v,) if isinstance(v, str) else v for name, v in values.items()})


async def typed(request: Request) -> Typed:
    """Return what was typed; files are left out."""
    form = await request.form()
    found: dict[str, tuple[str, ...]] = {}
    for name, value in form.multi_items():
        if isinstance(value, str):
            found[name] = (*found.get(name, ()), value)
    return Typed(found)


Filled = Annotated[Typed, Depends(typed)]


def new_id() -> str:
    """Return the id of what a form is going to send: sent twice, it counts once."""
    return str(uuid4())


def client_id(form: Typed) -> UUID:
    """Return the id that a form carries.

    Raises
    ------
    services.errors.RefusedError
        It carries none: it is not a form of ours.
    """
    try:
        return UUID(form.text("id"))
    except ValueError as error:
        raise errors.RefusedError("error.request.parameter", names="id") from error


def number(form: Typed, name: str) -> int:
    """Return a whole number that a form carries along; 0 where it is none."""
    text = form.text(name)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def moment(name: str, text: str) -> datetime:
    """Read the moment of a field, written as the clocks of the district show it.

    Raises
    ------
    services.errors.FaultsError
        It is none.
    """
    try:
        read = datetime.fromisoformat(text)
    except ValueError as error:
        raise errors.FaultsError({name: errors.RefusedError("error.form.moment")}) from error
    return (read if read.tzinfo else read.replace(tzinfo=days.ZONE)).astimezone(UTC)


def faults(t: Translator, error: errors.WanggeError) -> dict[str, str]:
    """Return the sentences to be shown beside the fields; what is about none has an empty name."""
    if isinstance(error, errors.FaultsError):
        return {name: t.error(fault) for name, fault in error.faults.items()}
    return {"": t.error(error)}
