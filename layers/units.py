"""Units coloured by a figure of theirs: classes, hatches for what has no figure, names by zoom."""

from dataclasses import dataclass
from typing import Final

from layers import elements, words
from layers.elements import MapElement

# ColorBrewer YlGnBu in five classes (Harrower & Brewer 2003, The Cartographic Journal 40(1)):
# one order of lightness for every kind of colour vision, light enough that roads show through.
# The darker, the more people are reached.
YLGNBU: Final = ("#ffffcc", "#a1dab4", "#41b6c4", "#2c7fb8", "#253494")
# Fixed breaks, so that two dates, two districts and two sheets of paper compare.
SHARE_BREAKS: Final = (0.25, 0.5, 0.75, 0.9, 1.0)

_WEIGHTS: Final = {"township": 1.8, "community": 1.2, "grid": 0.8}
_LABEL_SIZES: Final = {"township": 15, "community": 12.5, "grid": 11}
_OPACITY: Final = 0.78


@dataclass(frozen=True)
class Classes:
    """Classes of a figure.

    Attributes
    ----------
    breaks
        Upper ends, ascending; the last class takes its end in.
    colours
        One colour a class, CSS hexadecimal.
    labels
        What the legend says of each.
    """

    breaks: tuple[float, ...]
    colours: tuple[str, ...]
    labels: tuple[str, ...]

    def __post_init__(self) -> None:
        """Refuse classes that do not belong together."""
        if not len(self.breaks) == len(self.colours) == len(self.labels) > 0:
            raise ValueError("classes need a break, a colour and a label each")
        if list(self.breaks) != sorted(set(self.breaks)):
            raise ValueError(f"breaks must ascend: {self.breaks}")

    def options(self) -> list[dict[str, object]]:
        """Return the classes as the scripts take them."""
        return [
            {"below": below, "colour": colour, "label": label}
            for below, colour, label in zip(self.breaks, self.colours, self.labels, strict=True)
        ]


def share_classes(t: words.Words) -> Classes:
    """Return the classes of every share: 0-25-50-75-90-100 %."""
    lower = (0.0, *SHARE_BREAKS[:-1])
    labels = (
        t("map.class.from_to", low=t.percent(low), high=t.percent(high))
        for low, high in zip(lower, SHARE_BREAKS, strict=True)
    )
    return Classes(SHARE_BREAKS, YLGNBU, tuple(labels))


class UnitsLayer(MapElement):
    """Units of the chosen level, coloured by a figure, hatched where there is none.

    Parameters
    ----------
    value
        Name of the figure in the rows.
    classes
        Classes of the figure.
    shown_as
        Value of ``show`` at which they are filled; otherwise only their borders show.
    """

    function = "units"
    words = ("map.loading", "map.failed", "map.retry")
    default_js = elements.scripts("map:units.js")

    def __init__(self, value: str, classes: Classes, shown_as: str) -> None:
        super().__init__(
            {
                "value": value,
                "classes": classes.options(),
                "shown_as": shown_as,
                "opacity": _OPACITY,
                "weights": _WEIGHTS,
                "hover": True,
            }
        )


class UnitNames(MapElement):
    """Names of the units that fit at the zoom, without collision."""

    function = "labels"
    default_js = elements.scripts("map:labels.js")

    def __init__(self) -> None:
        super().__init__({"sizes": _LABEL_SIZES})


def legend_options(classes: Classes) -> dict[str, object]:
    """Return what the legend needs to show the colours as they look on the map."""
    return {"classes": classes.options(), "opacity": _OPACITY}
