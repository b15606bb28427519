"""What the maps of all themes are made with: how they open, what surrounds them, their file."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from layers import assets, basemap, controls, elements, markup, shell, units, words
from layers.elements import MapElement, script_json
from layers.endpoints import Endpoints
from layers.frame import Frame, Toggle
from services.network import NetworkInfo

FIRST_LEVEL: Final = "community"
FEW: Final = 20
"""A percentage of fewer people is not shown as one."""

_BLOCK: Final = "wangge_data"


class Answer(Protocol):
    """What a map shows, whatever its theme."""

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Return west, south, east, north of the unit answered for, degrees."""
        ...

    @property
    def levels(self) -> tuple[str, ...]:
        """Return the levels that have units here, one at least."""
        ...


@dataclass(frozen=True)
class Opening:
    """What the reader sees first.

    Attributes
    ----------
    level, pick
        Level of the units, and the code of the one picked; empty: none.
    """

    level: str = FIRST_LEVEL
    pick: str = ""

    def view(self, label: str, answer: Answer, shows: Sequence[str], off: str = "") -> shell.View:
        """Return what a map opens with.

        Parameters
        ----------
        label
            What the map is called.
        shows
            What it can show; the first is shown.
        off
            Layers that are off at first.
        """
        wanted = (self.level, FIRST_LEVEL, *answer.levels)
        level = next(level for level in wanted if level in answer.levels)
        return shell.View(
            label=label,
            bounds=answer.bounds,
            state={"level": level, "show": shows[0], "pick": self.pick, "off": off},
            levels=answer.levels,
            shows=tuple(shows),
        )


def scripts(own: str) -> list[tuple[str, str]]:
    """Return the assets of a theme whose script has this name: what all share comes first."""
    return elements.scripts("map:themed.js", own)


def credit(network: NetworkInfo | None) -> str:
    """Return whom the network's data came from; empty: nobody to name."""
    return (network.attribution if network else None) or ""


def sources(network: NetworkInfo | None, t: words.Words, *method: str) -> tuple[str, ...]:
    """Return the lines at the foot of a sheet: the network and whom it came from, the method."""
    named = t("map.source.network", name=network.name) if network else ""
    origin = " · ".join(part for part in (named, credit(network)) if part)
    return tuple(line for line in (origin, *method) if line)


def layer_toggles(t: words.Words, endpoints: Endpoints | None) -> tuple[Toggle, ...]:
    """Return the check boxes that every map has; a file (None) has no online basemap."""
    toggles = (
        Toggle("names", t("map.layer.names")),
        Toggle(basemap.TOGGLE, t("map.layer.roads")),
    )
    if endpoints is None or endpoints.basemap is None:
        return toggles
    return (*toggles, Toggle(basemap.ONLINE_TOGGLE, t("map.layer.online"), inverse=True))


def level_choices(answer: Answer, t: words.Words) -> tuple[tuple[str, str], ...]:
    """Return the levels that can be chosen, and their words."""
    return tuple((level, t(f"map.level.{level}")) for level in answer.levels)


def furniture(
    levels: Sequence[str],
    tables: Iterable[tuple[controls.Columns, Sequence[Mapping[str, object]]]],
    legend: Mapping[str, object],
) -> tuple[MapElement, ...]:
    """Return the controls around every map, in drawing order.

    Parameters
    ----------
    levels
        Levels that can be searched.
    tables
        Tables of places beside the one of units, with their rows.
    legend
        Options of the legend.
    """
    return (
        controls.Zoom(),
        controls.Scale(),
        controls.Popups(),
        controls.Status(),
        units.UnitNames(),
        controls.UnitTable(),
        *(controls.PlaceTable(columns, rows) for columns, rows in tables),
        controls.Tabs(),
        controls.Legend(legend),
        controls.Choices("show"),
        controls.Choices("level"),
        controls.Toggles(),
        controls.Search(levels),
        controls.Fullscreen(),
        controls.Print(),
    )


def embedded_source() -> controls.EmbeddedSource:
    """Return the source of a file's data, which `file` puts there."""
    return controls.EmbeddedSource(_BLOCK)


def file(made: shell.MapShell, frame: Frame, data: Mapping[str, object], t: words.Words) -> str:
    """Render one file that opens with no network at all.

    Parameters
    ----------
    data
        JSON values that the map's scripts read.
    """
    parts = made.parts(frame, shell.Delivery(assets.InlineAssets()))
    block = markup.data(_BLOCK, script_json(data))
    whole = replace(parts, body_html=markup.joined([parts.body_html, block]))
    return shell.document(whole, frame.title, words.locale(t))
