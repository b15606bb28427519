"""Pages for people."""

from web.pages import exports, facilities, imports, jobs, login, maps, overview, units, visits

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
)
