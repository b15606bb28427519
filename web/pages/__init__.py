"""Pages for people."""

from web.pages import (
    assistance,
    exports,
    facilities,
    imports,
    jobs,
    login,
    maps,
    overview,
    roster,
    units,
    visits,
)

routers = (
    login.router,
    overview.router,
    maps.router,
    units.router,
    facilities.router,
    imports.router,
    exports.router,
    jobs.router,
    visits.router,
    assistance.router,
    roster.router,
)
