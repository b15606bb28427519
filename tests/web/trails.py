"""A route with the line of the audit log that it leaves, or why it leaves none."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tests.web.caring_site import Site

SECRET = "只有本人知道的话"
"""What is typed wherever words can be typed."""
REFUSED = "refused: nothing was shown, nothing changed"

Made = dict[str, Any]


def _nothing(_: Site) -> Made:
    return {}


@dataclass(frozen=True)
class Case:
    """A request, and what it leaves.

    Attributes
    ----------
    lines
        Actions of the lines, in order.
    who
        An account of the staff.
    at
        What stands in the parts of the path.
    send
        Further arguments of the request; what is prepared fills their templates.
    make
        Prepares what the request is about; what it returns fills path and arguments.
    why
        Why there is no line.
    """

    method: str
    path: str
    lines: tuple[str, ...] = ()
    who: str = "township"
    status: int = 200
    at: Mapping[str, str] = field(default_factory=dict)
    send: Mapping[str, Any] = field(default_factory=dict)
    make: Callable[[Site], Made] = _nothing
    why: str = ""

    @property
    def name(self) -> str:
        """What the test is called."""
        return f"{self.method} {self.path} {self.status}"


def filled(case: Case, made: Made) -> Case:
    """Return a case with what was prepared in its path and in what it sends."""
    path = case.path.replace(":path}", "}")
    for name, value in {**case.at, **made}.items():
        path = path.replace("{" + name + "}", str(value))
    return replace(case, path=path, send=_into(case.send, made))


def _into(value: Any, made: Made) -> Any:
    if isinstance(value, Mapping):
        return {name: _into(one, made) for name, one in value.items()}
    if isinstance(value, str) and value[:1] == "{":
        return value.format(**made)
    return value
