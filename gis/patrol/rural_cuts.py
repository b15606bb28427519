"""Cuts of the rural postman's programme: what every set of walks has to cross, and how often."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from gis.patrol import rural_mincuts, rural_model

if TYPE_CHECKING:
    from gis import arrays

_LEVELS = (1e-6, 0.3, 0.6)
"""Cuts are looked for around what hangs together by sections passed more often than this."""

_WHOLE = 1e-6


@dataclass(frozen=True, eq=False)
class Cuts:
    """Sets of edges that must be walked at least so often beyond what is required."""

    rows: sparse.csr_matrix
    least: arrays.Floats

    def __len__(self) -> int:
        """Return the number of cuts."""
        return len(self.least)

    def joined(self, other: Cuts) -> Cuts:
        """Put these and others together."""
        rows = sparse.vstack([self.rows, other.rows], format="csr")
        return Cuts(rows, np.concatenate([self.least, other.least]))


def first(model: rural_model.Model) -> Cuts:
    """Cuts around single nodes and around what required edges hold together."""
    alone = np.arange(model.n_nodes)
    return _around(model, alone, np.zeros(len(model.metres))).joined(
        _around(model, model.part, np.zeros(len(model.metres)))
    )


def violated(model: rural_model.Model, extra: arrays.Floats) -> Cuts:
    """Cuts that a solution violates, by looking at what hangs together only: quick."""
    found = []
    for level in _LEVELS:
        passed = extra > level
        found.append(_around(model, rural_model.parts(model, passed), extra))
        found.append(_around(model, rural_model.parts(model, passed | (model.required > 0)), extra))
    return _distinct(found)


def hidden(model: rural_model.Model, extra: arrays.Floats) -> Cuts:
    """Cuts that a solution violates, by maximum flows: if there are any, some are found."""
    found = [
        _around(model, side.astype(np.int64), extra)
        for sides in (
            rural_mincuts.between_odd_nodes(model, extra),
            rural_mincuts.between_parts(model, extra),
        )
        for side in sides
    ]
    return _distinct(found) if found else violated(model, extra)


def _distinct(found: list[Cuts]) -> Cuts:
    rows = sparse.vstack([cuts.rows for cuts in found], format="csr")
    least = np.concatenate([cuts.least for cuts in found])
    if not len(least):
        return Cuts(rows, least)
    places = {row.indices.tobytes(): place for place, row in enumerate(rows)}
    kept = sorted(places.values())
    return Cuts(rows[kept], least[kept])


def _around(model: rural_model.Model, label: arrays.Int64s, extra: arrays.Floats) -> Cuts:
    """Violated cuts around each set of nodes of one label.

    Around an odd set of nodes one pass more is needed. Two are where nothing required leads out
    of a set that holds something required, and something required or the start lies outside.
    """
    count = int(label.max(initial=-1)) + 1
    crossing = np.flatnonzero(label[model.tail] != label[model.head])
    sides = np.concatenate([label[model.tail[crossing]], label[model.head[crossing]]])
    edges = np.tile(crossing, 2)
    walked = np.bincount(sides, extra[edges], count)
    fixed = np.bincount(sides, model.required[edges], count)
    inside = np.bincount(label[model.tail], model.required, count) > 0
    inside[label[model.start]] = True
    least = np.where(fixed > 0, 0.0, np.where(inside & (inside.sum() > 1), 2.0, 0.0))
    odd = np.bincount(label, model.odd, count).astype(np.int64) % 2 == 1
    least = np.maximum(least, odd)
    chosen = np.flatnonzero(walked < least - _WHOLE)
    row = np.full(count, -1)
    row[chosen] = np.arange(len(chosen))
    kept = row[sides] >= 0
    shape = (len(chosen), len(model.metres))
    rows = sparse.csr_matrix((np.ones(kept.sum()), (row[sides[kept]], edges[kept])), shape=shape)
    rows.sort_indices()
    return Cuts(rows, least[chosen])
