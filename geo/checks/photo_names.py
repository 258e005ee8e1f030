"""The photos that geotags name: what the checks of photos share."""

from __future__ import annotations

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from geo.checks.protocol import Subject
from geo.photos import Photos

Pairs = tuple[NDArray[np.int64], NDArray[np.int64], Photos | None, dict[str, NDArray[np.bool_]]]


def photos_of(subject: Subject) -> Pairs:
    """Row and photo of each pair, all photos, and why geotags cannot be assessed."""
    photos, names = subject.context.photos, subject.geotags.photo_names
    n = len(names)
    none_named = pc.equal(names, "").to_numpy(zero_copy_only=False)
    rows, which, lacking = np.empty(0, np.int64), np.empty(0, np.int64), np.zeros(n, np.bool_)
    if photos is not None:
        rows, which, lacking = photos.named(names)
        lacking[rows] = False  # one of several is enough to look at
    not_assessed = {
        "no_photos": np.full(n, photos is None),
        "names_no_photo": none_named,
        "photo_not_found": lacking,
    }
    return rows, which, photos, not_assessed


def worst_of(rows: NDArray[np.int64], values: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    """The largest value of each row's photos; NaN where there is none."""
    worst = np.full(n, np.nan)
    np.fmax.at(worst, rows, values)
    return worst
