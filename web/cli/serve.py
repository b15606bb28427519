"""``wangge serve``: the service; with ``--demo`` the sample district first."""

import contextlib
import logging
import socket
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
import uvicorn
from uvicorn.supervisors import Multiprocess

from data import sample
from data.sample import patrols
from services import (
    accounts,
    demo_accounts,
    demo_assistance,
    demo_visits,
    errors,
    facilities,
    network,
    overview,
    sealing,
)
from services import caller as callers
from services.database import Database
from services.facility_kinds import FacilityKind
from services.imports import runner
from services.imports.options import ImportKind, ImportOptions
from services.settings import Settings
from web import app as applications
from web import databases, days, log, security
from web.cli import verbs
from web.cli.console import Console

_MOST_PATROLS = 12
_MODULE = "web.app:from_environment"
_QUIET: dict[str, Any] = {"log_config": None, "access_log": False, "server_header": False}


@dataclass(frozen=True)
class _Serve:
    demo: Annotated[bool, typer.Option("--demo", help="cli.serve.demo")] = False
    host: Annotated[str | None, typer.Option("--host", help="cli.serve.host", metavar="HOST")] = (
        None
    )
    port: Annotated[
        int | None, typer.Option("--port", help="cli.serve.port", metavar="PORT", min=0, max=65535)
    ] = None


class _Server(uvicorn.Server):
    """Says where it is reached when it is, and not before."""

    def __init__(self, config: uvicorn.Config, console: Console) -> None:
        super().__init__(config)
        self._console = console

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to answer."""
        await super().startup(sockets)
        if self.started and sockets:
            _announce(self._console, sockets[0])


def register(application: typer.Typer) -> None:
    """Add the verb."""
    verbs.add(application, "serve", "cli.serve", _Serve)(_serve)


def _serve(console: Console, options: _Serve) -> None:
    changes = {"host": options.host, "port": options.port}
    given = {name: value for name, value in changes.items() if value is not None}
    settings = console.settings.model_copy(update=given)
    log.set_up(sys.stderr, logging.INFO)
    with contextlib.closing(_bound(settings)) as bound:
        with databases.database(settings) as database:
            if options.demo:
                _load_sample(Console(settings, console.t), database)
                with database.transaction(callers.operator()) as tx:
                    if demo_accounts.ensure(tx, settings.home):
                        demo_visits.generate(tx, days.today())
                        demo_assistance.generate(tx, days.today())
                    tx.commit()
            _check_accounts(console, database)
        with contextlib.suppress(KeyboardInterrupt):  # told again after a clean shutdown
            _answer(console, settings, bound)
    console.say("cli.serve.stopped")


def _answer(console: Console, settings: Settings, bound: socket.socket) -> None:
    """Answer until told to stop: in this process, or in several that it watches."""
    how = {**_QUIET, "forwarded_allow_ips": settings.proxies}
    if settings.workers == 1:
        app = applications.for_good(settings)
        _Server(uvicorn.Config(app, **how), console).run(sockets=[bound])
        return
    config = uvicorn.Config(_MODULE, factory=True, workers=settings.workers, **how)
    _announce(console, bound)
    Multiprocess(config, [bound]).run()


def _announce(console: Console, bound: socket.socket) -> None:
    host, port = bound.getsockname()[:2]
    if not security.is_loopback(host):
        console.say("cli.serve.open")
    console.say("cli.serve.address", address=f"http://{_shown(host)}:{port}")
    logins = demo_accounts.known(console.settings.home)
    if logins:
        console.say("cli.serve.logins")
    for login in logins:
        role = console.t(f"role.{login.role}")
        console.write_line(
            f"  {login.name:<10} {login.password:<16} {role} {' '.join(login.units)}"
        )


def _check_accounts(console: Console, database: Database) -> None:
    """Say how the first account is made where there is none: until then nothing is shown."""
    with database.transaction(callers.operator()) as tx:
        if accounts.is_empty(tx):
            console.say("cli.serve.no_account")


def _bound(settings: Settings) -> socket.socket:
    """Take the port, before anything long begins.

    Raises
    ------
    services.errors.RefusedError
        Someone else has it.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # Named as TCP, else the event loop leaves Nagle on: each answer would wait 40 ms for an ACK.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((settings.host, settings.port))
    except OSError as error:
        bound.close()
        raise errors.RefusedError(
            "error.serve.port_in_use", port=str(settings.port), reason=error.strerror
        ) from error
    return bound


def _load_sample(console: Console, database: Database) -> None:
    """Load the generated sample district, unless there are data already."""
    with database.transaction(callers.operator()) as tx:
        if not overview.counts(tx, days.today()).missing:
            return
        if any(not run.generated for run in overview.import_runs(tx)):
            console.say("cli.serve.not_empty")
            return
    console.say("cli.serve.loading")
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="wangge-sample-") as folder:
        files = sample.write(Path(folder))
        options = ImportOptions(
            generated=True, sealer=sealing.Sealer.from_home(console.settings.home)
        )
        for kind, path in (
            (ImportKind.UNITS, files.units),
            (ImportKind.NETWORK, files.network),
            (ImportKind.FACILITIES, files.facilities),
            (ImportKind.HOUSEHOLDS, files.households),
            (ImportKind.RESIDENTS, files.residents),
            (ImportKind.ENTRANCES, files.entrances),
            (ImportKind.BARRIERS, files.barriers),
        ):
            with console.progress() as progress:
                runner.run(database, callers.operator(), kind, path, options, progress)
        _load_patrols(console, database, Path(folder))
    console.say("cli.serve.loaded", seconds=round(time.monotonic() - begun))


def _load_patrols(console: Console, database: Database, folder: Path) -> None:
    """Load generated routes, and the tracks of the weeks before today."""
    with database.transaction(callers.operator()) as tx:
        stored = network.load(tx)
        offices = facilities.open_on(tx, days.today(), FacilityKind.COMMUNITY_OFFICE)
    if stored is None:
        return
    starts = [patrols.Start(one.name.removesuffix("办公用房"), one.lon, one.lat) for one in offices]
    files = patrols.write(
        folder, stored.network, stored.metric_epsg, starts[:_MOST_PATROLS], days.today()
    )
    options = ImportOptions(
        generated=True,
        effective=days.today() - patrols.PERIOD,
        sealer=sealing.Sealer.from_home(console.settings.home),
    )
    for kind, path in ((ImportKind.ROUTES, files.routes), (ImportKind.TRACKS, files.tracks)):
        with console.progress() as progress:
            runner.run(database, callers.operator(), kind, path, options, progress)


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host
