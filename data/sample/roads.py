"""The walking network: roads, lanes, paths and steps, cut at every junction."""

from dataclasses import dataclass

import numpy as np
import shapely

from data.sample import blocks
from data.sample.blocks import Blocks, PlanLines, Way
from data.sample.estates import Estates, Use
from data.sample.terrain import Terrain
from data.sample.zones import Zone, ZoneMap
from gis.arrays import Bools, Floats, Int64s, Objects

_SAME_LINE_M = 1.0
_STUB_M = 18.0
_TRIMS = 5
_MINOR = (Way.TRACK, Way.UNCLASSIFIED, Way.RESIDENTIAL, Way.LIVING_STREET, Way.PATH, Way.SERVICE)
_VERTEX_EVERY_M = 45.0

# Per class: width in m, surfaces, and how often it is known to be step-free, and known not to be.
_LOOKS = {
    Way.PRIMARY: (26.0, ("asphalt",), 0.70, 0.00),
    Way.SECONDARY: (18.0, ("asphalt",), 0.55, 0.02),
    Way.TERTIARY: (12.0, ("asphalt", "concrete"), 0.40, 0.04),
    Way.UNCLASSIFIED: (7.0, ("concrete", "asphalt"), 0.25, 0.02),
    Way.RESIDENTIAL: (8.0, ("concrete", "asphalt"), 0.25, 0.05),
    Way.LIVING_STREET: (5.0, ("concrete", "paving_stones"), 0.15, 0.05),
    Way.SERVICE: (4.5, ("concrete",), 0.25, 0.03),
    Way.TRACK: (3.5, ("dirt", "gravel"), 0.00, 0.00),
    Way.FOOTWAY: (2.5, ("paving_stones", "concrete"), 0.25, 0.08),
    Way.PATH: (1.5, ("dirt", "paving_stones"), 0.00, 0.05),
    Way.STEPS: (2.0, ("stone",), 0.00, 1.00),
}


@dataclass(frozen=True)
class Network:
    """Road sections between junctions; columns of shape (e,).

    Attributes
    ----------
    lines
        Degrees (EPSG:4490); ends at a junction are the same point.
    highway
        Class, a value of OpenStreetMap's highway tag.
    step_free
        ``yes``, ``no`` or empty for unknown, which most are.
    surface, name
        As in OpenStreetMap; the name is often empty.
    width
        Metres.
    """

    lines: Objects
    highway: Objects
    step_free: Objects
    surface: Objects
    width: Floats
    name: Objects


@dataclass(frozen=True)
class Sections:
    """Road sections in plan metres, shape (e,), with the class and name of each."""

    lines: Objects
    highway: Objects
    name: Objects


def connect(
    terrain: Terrain, zones: ZoneMap, ground: Blocks, plan: PlanLines, estates: Estates
) -> Sections:
    """Cut everything that can be walked along into sections that meet at junctions."""
    sources = _sources(terrain, plan, ground.polygons[estates.use != Use.EMPTY], estates)
    arcs = blocks.node(sources.lines)
    index = _source_of(arcs, sources.lines)
    sections = Sections(arcs, sources.highway[index], sources.name[index])
    border = shapely.buffer(terrain.outline.boundary, blocks.GRID_M)
    shapely.prepare(border)
    for _ in range(_TRIMS):
        sections = _without(sections, _leads_nowhere(sections, border, zones))
    return sections


def describe(sections: Sections, degrees: Objects, rng: np.random.Generator) -> Network:
    """Give each section width, surface and what is known of its steps.

    Parameters
    ----------
    sections
        Classes and names.
    degrees
        The same lines in degrees, shape (e,).
    rng
        Source of irregularity.
    """
    classes = list(_LOOKS)
    looks = [_LOOKS[way] for way in classes]
    which = np.searchsorted(
        np.sort([way.value for way in classes]), sections.highway.astype(np.str_)
    )
    which = np.argsort([way.value for way in classes])[which]
    usual, free, blocked = (np.array([look[k] for look in looks]) for k in (0, 2, 3))
    dice = rng.random(len(which))
    known = [dice < free[which], dice >= 1.0 - blocked[which]]
    first = np.array([look[1][0] for look in looks], dtype=np.object_)[which]
    other = np.array([look[1][-1] for look in looks], dtype=np.object_)[which]
    return Network(
        lines=degrees,
        highway=sections.highway,
        step_free=np.select(
            known, [np.array(word, dtype=np.object_) for word in ("yes", "no")], ""
        ),
        surface=np.where(rng.random(len(which)) < 0.7, first, other),
        width=np.round(usual[which] * rng.uniform(0.8, 1.2, len(which)), 1),
        name=sections.name,
    )


def bendable(sections: Sections) -> Objects:
    """Give the lines with enough vertices to be bent, in plan metres."""
    lines: Objects = shapely.segmentize(sections.lines, _VERTEX_EVERY_M)
    return lines


def _sources(terrain: Terrain, plan: PlanLines, built: Objects, estates: Estates) -> PlanLines:
    """Collect everything that can be walked along, the decisive first where two coincide."""
    arcs = _plan_arcs(plan, built)
    lanes = np.concatenate((estates.rows, estates.drives))
    of_lanes = np.repeat(
        np.array([Way.FOOTWAY.value, Way.SERVICE.value], dtype=np.object_),
        [len(estates.rows), len(estates.drives)],
    )
    paths = [(path.line, path.highway, path.name) for path in terrain.paths]
    lines, highway, name = (
        np.array(column, dtype=np.object_) for column in zip(*paths, strict=True)
    )
    return PlanLines(
        np.concatenate((arcs.lines, lanes, lines)),
        np.concatenate((arcs.highway, of_lanes, highway)),
        np.concatenate((arcs.name, np.full(len(lanes), "", dtype=np.object_), name)),
    )


def _plan_arcs(plan: PlanLines, built: Objects) -> PlanLines:
    """Keep the arcs of the plan that are roads, and those with buildings beside them."""
    arcs = blocks.node(plan.lines)
    index = _source_of(arcs, plan.lines)
    middle = shapely.line_interpolate_point(arcs, 0.5, normalized=True)
    beside = np.zeros(len(arcs), dtype=np.bool_)
    tree = shapely.STRtree(built)
    beside[tree.query(middle, predicate="dwithin", distance=_SAME_LINE_M)[0]] = True
    unnamed = plan.highway[index] == Way.NONE
    highway = np.where(unnamed, Way.LIVING_STREET.value, plan.highway[index].astype(np.str_))
    # The first line is the district's outline, along which nobody walks.
    kept = ~unnamed | (beside & (index > 0))
    return PlanLines(arcs[kept], highway.astype(np.object_)[kept], plan.name[index][kept])


def _without(sections: Sections, dropped: Bools) -> Sections:
    kept = ~dropped
    return Sections(sections.lines[kept], sections.highway[kept], sections.name[kept])


def _leads_nowhere(sections: Sections, border: shapely.Geometry, zones: ZoneMap) -> Bools:
    """Find stubs left over from drawing, and lesser roads that end in the fields.

    A road that ends at the district's outline goes on beyond it.
    """
    ends = _ends(sections.lines)
    node = np.unique(ends, axis=0, return_inverse=True)[1].reshape(-1, 2)
    goes_on = shapely.intersects(border, shapely.points(ends)).reshape(-1, 2)
    dead = ((np.bincount(node.ravel())[node] == 1) & ~goes_on).any(axis=1)
    middle = shapely.line_interpolate_point(sections.lines, 0.5, normalized=True)
    minor = np.isin(sections.highway.astype(np.str_), [way.value for way in _MINOR])
    in_fields = (zones.at(middle) == Zone.FIELD) & minor
    useless: Bools = dead & (in_fields | (shapely.length(sections.lines) < _STUB_M))
    return useless


def _ends(arcs: Objects) -> Floats:
    first, last = shapely.get_point(arcs, 0), shapely.get_point(arcs, -1)
    ends: Floats = shapely.get_coordinates(np.column_stack((first, last)).ravel())
    return ends


def _source_of(arcs: Objects, lines: Objects) -> Int64s:
    """Find the line each arc is a part of: the first that its middle lies on."""
    middle = shapely.line_interpolate_point(arcs, 0.5, normalized=True)
    tree = shapely.STRtree(lines)
    arc, line = tree.query(middle, predicate="dwithin", distance=_SAME_LINE_M)
    result = np.full(len(arcs), len(lines), dtype=np.int64)
    np.minimum.at(result, arc, line)
    missing = np.flatnonzero(result == len(lines))
    result[missing] = tree.nearest(middle[missing])
    return result
