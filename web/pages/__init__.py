"""Pages for people."""

from web.pages import exports, facilities, imports, jobs, maps, overview, units

routers = (
    overview.router,
    maps.router,
    units.router,
    facilities.router,
    imports.router,
    exports.router,
    jobs.router,
)
