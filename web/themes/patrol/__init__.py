"""Patrols on the web."""

from typing import Final

from services.rights import Right
from web.themes.theme import Theme

THEME: Final = Theme(
    "patrol",
    {"/api/patrol/sections": Right.FIGURES, "/api/patrol/routes": Right.FIGURES},
    {"/api/patrol/sections": "patrol-sections", "/api/patrol/routes": "patrol-routes"},
)
