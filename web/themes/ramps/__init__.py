"""Ways without a step on the web."""

from typing import Final

from services.rights import Right
from web.themes.theme import Theme

_MORE: Final = tuple(
    f"/api/coverage/ramps/{what}" for what in ("mendings", "survey", "areas", "scene")
)

THEME: Final = Theme(
    "ramps",
    dict.fromkeys((*_MORE, "/api/ramps", "/api/entrances"), Right.FIGURES),
    {
        **dict.fromkeys(_MORE, "coverage-ramps"),
        "/api/ramps": "ramps",
        "/api/entrances": "entrances",
    },
)
