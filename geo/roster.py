"""The roster of a campaign: which households were to be visited where, and what was wanted of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Roster:
    """n households; the columns have length n.

    ``finished`` are the codes of areas whose field work was reported finished; None where nobody reports
    that. ``expected`` is how many geotags an area should have, where it was said.

    A household is known by its key alone where all keys are different, and by its assigned area and its
    key where two areas use the same key (families are numbered from 1 in every area).
    """

    household_key: pa.StringArray
    assigned_area: pa.StringArray
    needs_geotag: NDArray[np.bool_]
    needs_photo: NDArray[np.bool_]
    finished: frozenset[str] | None = None
    expected: Mapping[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.household_key)

    def first_repeated(self) -> int | None:
        """The row of the first household that came before; None where all are different."""
        codes = self._identities(self.household_key, self.assigned_area).dictionary_encode()
        index = np.asarray(codes.indices)
        if len(codes.dictionary) == len(index):
            return None
        first = np.unique(index, return_index=True)[1]
        return int(np.setdiff1d(np.arange(len(index)), first)[0])

    @cached_property
    def keys_are_unique(self) -> bool:
        """No key is used twice, in whatever area."""
        return int(pc.count_distinct(self.household_key).as_py()) == len(self)

    def rows_of(self, household_key: pa.StringArray, assigned_area: pa.StringArray) -> NDArray[np.int64]:
        """The row of each household of a batch, -1 where the roster has none. Shape (m,)."""
        asked = self._identities(household_key, assigned_area)
        hashes, rows, most_alike = self._index
        found = np.full(len(asked), -1, np.int64)
        if not len(rows) or not len(asked):
            return found
        at = np.searchsorted(hashes, _hashed(asked))
        known = self._own_identities
        # Different texts with one hash stand beside each other: each of them is looked at.
        for step in range(most_alike):
            candidate = rows[np.minimum(at + step, len(rows) - 1)]
            same = np.asarray(pc.equal(known.take(pa.array(candidate)), asked))
            found = np.where((found < 0) & same, candidate, found)
        found[np.asarray(pc.equal(household_key, ""))] = -1
        return found

    def is_finished(self) -> NDArray[np.bool_]:
        """Whether each household's area was reported finished. Shape (n,)."""
        done = pa.array(sorted(self.finished or ()), pa.string())
        return np.asarray(pc.is_in(self.assigned_area, value_set=done))

    @cached_property
    def expected_of_area(self) -> dict[str, int]:
        """How many geotags each area should have: as was said, else its households that need one."""
        needing = self.assigned_area.filter(pa.array(self.needs_geotag))
        counted = {one["values"]: int(one["counts"]) for one in pc.value_counts(needing).to_pylist()}
        return counted | dict(self.expected)

    @cached_property
    def _own_identities(self) -> pa.StringArray:
        return self._identities(self.household_key, self.assigned_area)

    @cached_property
    def _index(self) -> tuple[NDArray[np.uint64], NDArray[np.int64], int]:
        """Hashes in their order, the row of each, and how many rows at most have the same hash."""
        hashes = _hashed(self._own_identities)
        rows = np.argsort(hashes, kind="stable")
        hashes = hashes[rows]
        edges = np.flatnonzero(np.r_[True, hashes[1:] != hashes[:-1], True])
        return hashes, rows, int(np.diff(edges).max(initial=0))

    def _identities(self, keys: pa.StringArray, areas: pa.StringArray) -> pa.StringArray:
        return keys if self.keys_are_unique else pc.binary_join_element_wise(areas, keys, "\x1f")


def _hashed(texts: Any) -> NDArray[np.uint64]:
    values = texts.to_numpy(zero_copy_only=False).astype(object)
    return np.asarray(pd.util.hash_array(values, categorize=False), np.uint64)
