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


def none(model: rural_model.Model) -> Cuts:
    """No cut at all."""
    return Cuts(sparse.csr_matrix((0, len(model.metres))), np.zeros(0))


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
    return distinct(found)


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
    return distinct(found) if found else violated(model, extra)


def distinct(found: list[Cuts]) -> Cuts:
    """Put cuts together; of several around the same set, the one that asks most counts."""
    rows = sparse.vstack([cuts.rows for cuts in found], format="csr")
    least = np.concatenate([cuts.least for cuts in found])
    strongest: dict[bytes, int] = {}
    for place in np.argsort(least, kind="stable").tolist():
        edges = rows.indices[rows.indptr[place] : rows.indptr[place + 1]]
        strongest[edges.tobytes()] = place
    kept = sorted(strongest.values())
    return Cuts(rows[kept], least[kept])


def around(
    model: rural_model.Model, label: arrays.Int64s, least: arrays.Floats, extra: arrays.Floats
) -> Cuts:
    """Violated cuts around each set of nodes of one label.

    Parameters
    ----------
    model
        Edges, e of them.
    label
        From 0, of each node, shape (n_nodes,).
    least
        Passes beyond the required that must cross the border of each set, shape (labels,).
    extra
        A solution: passes beyond the required, shape (e,).
    """
    sides, edges = _sides(model, label)
    chosen = np.flatnonzero(np.bincount(sides, extra[edges], len(least)) < least - _WHOLE)
    row = np.full(len(least), -1)
    row[chosen] = np.arange(len(chosen))
    kept = np.flatnonzero(row[sides] >= 0)
    shape = (len(chosen), len(model.metres))
    rows = sparse.csr_matrix((np.ones(len(kept)), (row[sides[kept]], edges[kept])), shape=shape)
    rows.sort_indices()
    return Cuts(rows, least[chosen])


def _sides(model: rural_model.Model, label: arrays.Int64s) -> tuple[arrays.Int64s, arrays.Int64s]:
    """Label of a set and edge that crosses its border, for all of them."""
    crossing = np.flatnonzero(label[model.tail] != label[model.head])
    sides = np.concatenate([label[model.tail[crossing]], label[model.head[crossing]]])
    return sides, np.tile(crossing, 2)


def _needed(model: rural_model.Model, label: arrays.Int64s) -> arrays.Floats:
    """Count passes that any set of walks needs across the borders, beyond the required.

    Around an odd set of nodes one pass more is needed. Two are where nothing required leads out
    of a set that holds something required, and something required or the start lies outside.
    """
    count = int(label.max(initial=-1)) + 1
    sides, edges = _sides(model, label)
    fixed = np.bincount(sides, model.required[edges], count)
    inside = np.bincount(label[model.tail], model.required, count) > 0
    inside[label[model.start]] = True
    apart = (fixed == 0) & inside & (inside.sum() > 1)
    odd = np.bincount(label, model.odd, count).astype(np.int64) % 2
    return np.where(apart, 2.0, odd.astype(np.float64))


def _around(model: rural_model.Model, label: arrays.Int64s, extra: arrays.Floats) -> Cuts:
    return around(model, label, _needed(model, label), extra)
