"""Assigned codes that the release does not have any more, and what became of their areas."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from geo.checks.protocol import Subject
from geo.membership import find_areas, is_withheld, measure_points


def is_retired(subject: Subject) -> NDArray[np.bool_]:
    """Where the assigned code is not in the release and the lineage leads to one that is. Shape (n,).

    A withheld code is in the release, only not to be measured against.
    """
    retired = np.zeros(len(subject.geotags), np.bool_)
    rows, _, _ = _successors(subject)
    retired[rows] = True
    return retired


def _successors(subject: Subject) -> tuple[NDArray[np.int64], pa.StringArray, NDArray[np.int64]]:
    """Row and successor of each pair, and the number of the code among the different ones."""
    lineage, membership = subject.context.lineage, subject.membership
    nothing = np.empty(0, np.int64), pa.array([], pa.string()), np.empty(0, np.int64)
    if lineage is None:
        return nothing
    withheld = is_withheld(subject.geotags.assigned_area, subject.frame)
    unknown = np.flatnonzero((membership.row < 0) & ~withheld)
    if not len(unknown):
        return nothing
    codes = subject.geotags.assigned_area.take(pa.array(unknown)).dictionary_encode()
    of_code = [lineage.successors(code) for code in codes.dictionary.to_pylist()]
    every = pa.array(sorted({code for some in of_code for code in some}), pa.string())
    _, row = find_areas(every, subject.frame, subject.level)
    present = {code for code, at in zip(every.to_pylist(), row.tolist(), strict=True) if at >= 0}
    of_code = [tuple(code for code in some if code in present) for some in of_code]
    index = codes.indices.to_numpy(zero_copy_only=False)
    sizes = np.array([len(some) for some in of_code], np.int64)[index]
    flat = [code for at in index.tolist() for code in of_code[at]]
    return np.repeat(unknown, sizes), pa.array(flat, pa.string()), np.repeat(index, sizes)


def successors_of(subject: Subject, rows: NDArray[np.int64]) -> pa.ListArray:
    """For each of ``rows`` its successors with distance and probability, the likeliest first.

    Without a usable coordinate distance and probability are null and the codes sorted; so they are of an
    area without geometry, which comes last.
    """
    pair_rows, codes, _ = _successors(subject)
    segment, area = find_areas(codes, subject.frame, subject.level)
    distance, probability = np.full(len(pair_rows), np.nan), np.full(len(pair_rows), np.nan)
    measured = subject.usable[pair_rows]
    for position in np.unique(segment).tolist():
        at = np.flatnonzero((segment == position) & measured)
        on = pair_rows[at]
        distance[at], probability[at] = measure_points(
            subject.frame.segments[position].layers[subject.level],
            area[at],
            subject.geotags.lon[on],
            subject.geotags.lat[on],
            subject.membership.sigma_m[on],
        )
    # Pairs come sorted by code within a row, and the sort is stable.
    order = np.lexsort((-distance, -probability, pair_rows))  # NaN is sorted last
    sizes = np.bincount(np.searchsorted(rows, pair_rows), minlength=len(rows))
    entries = pa.StructArray.from_arrays(
        [
            codes.take(pa.array(order)),
            pa.array(np.round(distance[order], 2), from_pandas=True),
            pa.array(np.round(probability[order], 6), from_pandas=True),
        ],
        ["area_code", "distance_m", "probability"],
    )
    return pa.ListArray.from_arrays(pa.array(np.r_[0, np.cumsum(sizes)].astype(np.int32)), entries)
