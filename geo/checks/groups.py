"""Geotags in groups: what checks that look at other geotags share. Everything is columns, no row by row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geo.geotags import Geotags


@dataclass(frozen=True, eq=False)
class Groups:
    """``rows`` of a batch, sorted by group; group g owns ``rows[starts[g]:starts[g + 1]]``."""

    rows: NDArray[np.int64]
    starts: NDArray[np.int64]

    @classmethod
    def by(cls, keys: NDArray[Any], rows: NDArray[np.int64], least: int = 1) -> Groups:
        """``rows`` with equal ``keys`` (of the same length) together, groups of at least ``least`` rows.

        Groups are in the order of their keys; within one, rows stay in the order given.
        """
        order = np.argsort(keys, kind="stable")
        ordered = keys[order]
        edges = np.flatnonzero(ordered[1:] != ordered[:-1]) + 1
        starts = np.r_[0, edges, len(ordered)].astype(np.int64) if len(ordered) else np.zeros(1, np.int64)
        if least > 1:
            sizes = np.diff(starts)
            order = order[np.repeat(sizes >= least, sizes)]
            starts = np.r_[0, np.cumsum(sizes[sizes >= least])].astype(np.int64)
        return cls(rows[order], starts)

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def sizes(self) -> NDArray[np.int64]:
        """How many rows each group has."""
        return np.diff(self.starts)

    @property
    def group_of(self) -> NDArray[np.int64]:
        """The group of each of ``rows``."""
        return np.repeat(np.arange(len(self)), self.sizes)

    def distinct(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """How many different ``ids`` (one per row of ``rows``) each group has."""
        if not len(ids):
            return np.zeros(len(self), np.int64)
        group = self.group_of
        order = np.lexsort((ids, group))
        new = np.r_[True, (np.diff(group[order]) != 0) | (np.diff(ids[order]) != 0)]
        return np.bincount(group[order][new], minlength=len(self))


def as_numbers(texts: pa.StringArray) -> NDArray[np.int64]:
    """The same number for equal texts, in order of appearance. Shape (n,)."""
    return np.asarray(texts.dictionary_encode().indices.to_numpy(zero_copy_only=False), np.int64)


def households(geotags: Geotags, rows: NDArray[np.int64]) -> pa.StringArray:
    """The household of each row: its key; where none is given each record is one of its own."""
    keys, items = (pc.take(column, rows) for column in (geotags.household_key, geotags.item_id))
    return pc.if_else(pc.equal(keys, ""), pc.binary_join_element_wise("", items, "\x1f"), keys)


def buildings(geotags: Geotags, rows: NDArray[np.int64]) -> pa.StringArray:
    """The building of each row: an assigned area and a number; without a number, the household."""
    numbers, areas = (pc.take(column, rows) for column in (geotags.building_no, geotags.assigned_area))
    numbered = pc.binary_join_element_wise(areas, numbers, "\x1f")
    return pc.if_else(pc.equal(numbers, ""), households(geotags, rows), numbered)
