"""Every route of the service, in the order in which they are tried."""

from fastapi import APIRouter

from web import files, health, themes
from web.api import routers as api_routers
from web.pages import routers as page_routers


def every() -> tuple[APIRouter, ...]:
    """Return all routers; those of themes before the route for themes that do not exist."""
    doors = (themes.page, themes.api)
    of_themes = (door(theme).router for theme in themes.ALL for door in doors)
    return (health.router, files.router, *of_themes, *page_routers, *api_routers)
