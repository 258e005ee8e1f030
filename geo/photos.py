"""What is known of the photos of a campaign: never the pictures themselves."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geo.times import Instants

SEPARATORS = r"\s*[;|,]\s*"
"""Between the names of several photos of one record."""


@dataclass(frozen=True, eq=False)
class Photos:
    """n photos. ``name`` is the file's name in small letters, and stands for one photo only.

    ``sha256`` is that of the bytes. ``lon`` and ``lat`` are degrees on WGS 84 from the photo's own data, NaN
    where it has none. ``gps_at`` is an instant of UTC, NaT where there is none; ``taken_at`` the time of the
    camera's clock, which has no zone unless ``offset_minutes`` gives it (NaN).
    """

    name: pa.StringArray
    sha256: pa.StringArray
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    gps_at: Instants
    taken_at: Instants
    offset_minutes: NDArray[np.float64]

    @cached_property
    def has_position(self) -> NDArray[np.bool_]:
        """Whether the photo says where it was taken. Shape (n,)."""
        return np.isfinite(self.lon) & np.isfinite(self.lat)

    def named(self, names: pa.StringArray) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
        """Row and photo of each known photo that ``names`` name; and the rows that name an unknown one.

        Shapes (m,), (m,), (n,). A row may name several photos, and folders before the names.
        """
        lists = pc.split_pattern_regex(pc.utf8_lower(names), SEPARATORS)
        flat = pc.replace_substring_regex(pc.list_flatten(lists), r"^.*[/\\]", "")
        rows = np.asarray(pc.list_parent_indices(lists).to_numpy(zero_copy_only=False), np.int64)
        found = pc.fill_null(pc.index_in(flat, value_set=self.name), -1).to_numpy(zero_copy_only=False)
        written = pc.not_equal(flat, "").to_numpy(zero_copy_only=False)
        lacking = np.zeros(len(names), np.bool_)
        lacking[rows[(found < 0) & written]] = True
        known = (found >= 0) & written
        return rows[known], np.asarray(found[known], np.int64), lacking
