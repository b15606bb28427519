"""What the web has to know of a theme before it reads its code."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.rights import Right


@dataclass(frozen=True)
class Theme:
    """A coverage theme.

    Attributes
    ----------
    name
        As in addresses and verbs, ``day-care``.
    rights
        The right that each of its further routes takes; its map, ``/api/coverage/NAME`` and
        ``/api/coverage/NAME/items`` take that to figures.
    granted
        Its further routes that a department's key opens, and the collection it must have been
        granted.
    """

    name: str
    rights: Mapping[str, Right] = field(default_factory=dict)
    granted: Mapping[str, str] = field(default_factory=dict)

    @property
    def package(self) -> str:
        """Its name as a Python package and in message keys."""
        return self.name.replace("-", "_")

    @property
    def map_path(self) -> str:
        """The path of its map."""
        return f"/maps/{self.name}"

    @property
    def all_rights(self) -> dict[str, Right]:
        """The right that each of its routes takes."""
        own = (self.map_path, *self._rows)
        return {**dict.fromkeys(own, Right.FIGURES), **self.rights}

    @property
    def all_granted(self) -> dict[str, str]:
        """Its routes that a key opens, by the collection it must have been granted."""
        return {**dict.fromkeys(self._rows, f"coverage-{self.name}"), **self.granted}

    @property
    def _rows(self) -> tuple[str, str]:
        return f"/api/coverage/{self.name}", f"/api/coverage/{self.name}/items"
