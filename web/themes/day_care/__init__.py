"""Elderly day care on the web."""

from typing import Final

from services.rights import Right
from web.themes.theme import Theme

THEME: Final = Theme("day-care", {"/api/hot-spots": Right.FIGURES})
