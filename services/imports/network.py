"""The walking network: from an OpenStreetMap extract or a line layer to stored edges."""

import hashlib
import math
from typing import Final

import numpy as np

from gis import crs
from gis import network as networks
from gis.boundaries import Box
from services import errors, units
from services import network as stored
from services.database import Transaction
from services.imports import network_lines, network_points, osm
from services.imports.job import Job, Outcome
from services.imports.network_parts import Lines, Scenery, Ways
from services.imports.network_points import Points
from services.imports.report import FileFaultError
from services.patrol import carrying

_AROUND_M: Final = 2000.0
_METRES_PER_DEGREE: Final = 111_320.0
# Part of what tells two imports apart: raised when the same file is read in another way.
_EDITION: Final = "2"
_LAST_DIGEST = "SELECT sha256, edges FROM networks ORDER BY id DESC LIMIT 1"


def load(job: Job) -> Outcome:
    """Import a network in place of the one in use.

    Raises
    ------
    FileFaultError
        There are no units yet, or the network lies elsewhere.
    """
    try:
        root = units.root(job.tx, job.today)
    except errors.NotFoundError as error:
        raise FileFaultError("error.import.network.no_units") from error
    box = _around(root.bounds)
    digest = _digest(job, root.metric_epsg, box)
    same = _edges_if_same(job.tx, digest)
    if same is not None:
        return Outcome(unchanged=same)
    job.progress("import.step.read", 0, None)
    if job.path.name.lower().endswith(".pbf"):
        found, scenery = osm.read(job.path, box)
        built, attribution = _build_ways(found, root.metric_epsg), osm.ATTRIBUTION
        if found.missing_nodes:
            job.log.note("note.import.network.missing_nodes", count=found.missing_nodes)
        names, traits, points = found.names, found.traits, found.points
        if found.unread:
            job.log.note(
                "note.import.network.unread", count=len(found.unread), example=found.unread[0]
            )
    else:
        lines, scenery = network_lines.read(job, box)
        built, attribution = _build_lines(lines, root.metric_epsg), None
        names, traits, points = lines.names, lines.traits, Points()
    if job.is_refused:
        return Outcome(rejected=len(job.log.refused_rows()))
    source = stored.Source(
        job.path.name.removesuffix(".pbf").removesuffix(".osm"),
        digest,
        root.metric_epsg,
        attribution,
        job.run_id,
    )
    known = stored.Known([names[i] for i in built.way], traits.take(built.way))
    former = carrying.before(job.tx)
    _store(job, built, known, source, scenery)
    _store_points(job, points)
    if former is not None:
        _carry_patrols(job, former)
    return Outcome(inserted=built.network.n_edges, rejected=len(job.log.refused_rows()))


def _carry_patrols(job: Job, former: carrying.Former) -> None:
    """Let routes and what was patrolled lie on the new roads, and say what could not."""
    job.progress("import.step.carry_patrols", 0, None)
    moved = carrying.carry(job.tx, former, job.options.sealer)
    if not moved.anything:
        return
    for what, whole, kept in (
        ("routes", moved.routes_m, moved.routes_kept_m),
        ("tracks", moved.tracks_m, moved.tracks_kept_m),
    ):
        if whole > 0:
            job.log.note(
                f"note.import.network.{what}_carried",
                share=round(100 * kept / whole, 1),
                kilometres=round(whole / 1000, 1),
                lost=round((whole - kept) / 1000, 1),
            )
    if moved.rematched:
        job.log.note("note.import.network.tracks_matched", count=moved.rematched)
    if moved.gone:
        job.log.note("note.import.network.roads_gone", names="、".join(moved.gone))
    if moved.routes_lost:
        job.log.note("note.import.network.routes_lost", count=moved.routes_lost)


def _around(bounds: Box) -> Box:
    west, south, east, north = bounds
    up = _AROUND_M / _METRES_PER_DEGREE
    across = up / max(math.cos(math.radians(max(abs(south), abs(north)))), 0.01)
    return west - across, south - up, east + across, north + up


def _digest(job: Job, metric_epsg: int, box: Box) -> str:
    """Tell by one string whether an import would give the same network again."""
    told = repr(
        (
            _EDITION,
            job.sha256,
            job.options.crs,
            job.options.layer,
            sorted(job.options.mapping.items()),
            metric_epsg,
            [round(side, 7) for side in box],
        )
    )
    return hashlib.sha256(told.encode()).hexdigest()


def _edges_if_same(tx: Transaction, digest: str) -> int | None:
    row = tx.driver.execute(_LAST_DIGEST).fetchone()
    return int(str(row[1])) if row is not None and row[0] == digest else None


def _build_ways(ways: Ways, metric_epsg: int) -> networks.Built:
    if len(ways.start) < 2:
        raise FileFaultError("error.import.network.elsewhere")
    xy = crs.project(ways.lonlat, crs.STORED, metric_epsg)
    attributes = networks.WayAttributes(ways.step_free, ways.highway, ways.highway_names)
    return _some(networks.trace(xy, ways.start, ways.node_ids, attributes))


def _build_lines(lines: Lines, metric_epsg: int) -> networks.Built:
    if not len(lines.lines):
        raise FileFaultError("error.import.network.elsewhere")
    metric = crs.project_geometries(lines.lines, crs.STORED, metric_epsg)
    attributes = networks.WayAttributes(lines.step_free, lines.highway, lines.highway_names)
    return _some(networks.trace_lines(metric, attributes))


def _some(built: networks.Built) -> networks.Built:
    if not built.network.n_edges:
        raise FileFaultError("error.import.network.nothing_to_walk")
    return built


def _store(
    job: Job,
    built: networks.Built,
    known: stored.Known,
    source: stored.Source,
    scenery: Scenery,
) -> None:
    backdrop = stored.Backdrop(scenery.kinds, scenery.names, scenery.geometries)
    job.progress("import.step.store_network", 0, built.network.n_edges)
    stored.store(job.tx, built.network, source, known, backdrop)
    lengths = networks.component_lengths(built.network)
    total = float(built.network.length_m.sum())
    job.log.note(
        "note.import.network.parts",
        edges=built.network.n_edges,
        kilometres=round(total / 1000, 1),
        parts=len(lengths),
        share=round(100 * float(np.max(lengths)) / total, 1),
    )


def _store_points(job: Job, points: Points) -> None:
    made = stored.load(job.tx)
    if made is None or not (points.barriers or points.entrances):
        return
    kept = network_points.store(job.tx, made, points, job.run_id)
    job.log.note("note.import.network.points", barriers=kept, entrances=len(points.entrances))
