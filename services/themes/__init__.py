"""Coverage themes. A theme is one module here, one in `layers.themes`, and a line in `NAMES`."""

NAMES = ("day-care", "ramps", "patrol")
