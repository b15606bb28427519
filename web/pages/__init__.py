"""Pages for people."""

from web.pages import (
    admin,
    assistance,
    changes,
    exports,
    facilities,
    household,
    household_change,
    imports,
    jobs,
    login,
    maps,
    offline,
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
    admin.router,
    household_change.router,
    household.router,
    changes.router,
    offline.router,
)
