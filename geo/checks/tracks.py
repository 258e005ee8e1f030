"""Geotags in the order in which one device of one enumerator took them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geo.checks.groups import Groups, as_numbers
from geo.checks.protocol import Subject
from geo.times import Instants


def track_keys(subject: Subject, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """A number per enumerator and device for each of ``rows``: an account on two devices has two tracks."""
    enumerators, devices = (
        pc.take(column, rows) for column in (subject.geotags.enumerator_id, subject.geotags.device_id)
    )
    return as_numbers(pc.binary_join_element_wise(enumerators, devices, "\x1f"))


def tracks(subject: Subject, rows: NDArray[np.int64], times: Instants) -> Groups:
    """``rows`` by track, each in the order of ``times`` (of all geotags), then of identifier and place."""
    keys, at = track_keys(subject, rows), times[rows].astype(np.int64)
    order = np.lexsort((at, keys))
    together = (np.diff(keys[order]) == 0) & (np.diff(at[order]) == 0)
    tied = np.flatnonzero(np.r_[together, False] | np.r_[False, together])
    if len(tied):
        # Identifiers are compared only where nothing else decides: texts are slow to sort.
        rank = np.zeros(len(rows), np.int64)
        items = subject.geotags.item_id.take(pa.array(rows[order[tied]]))
        rank[order[tied]] = pc.rank(items, tiebreaker="dense").to_numpy()
        lon, lat = subject.geotags.lon[rows], subject.geotags.lat[rows]
        order = np.lexsort((lat, lon, rank, at, keys))
    return Groups.by(keys[order], rows[order])
