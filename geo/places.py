"""Places where no household lives but enumerators are often: offices and base camps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from geo.geodesy import earth_centred_m


@dataclass(frozen=True, eq=False)
class Places:
    """n listed places; ``kind`` is what the list says (office, base camp), degrees on WGS 84."""

    name: pa.StringArray
    kind: pa.StringArray
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.lon)

    def nearest(
        self, lon: NDArray[np.float64], lat: NDArray[np.float64], within_m: float
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """The nearest place of each point and its metres; -1 and infinity where none is within ``within_m``.

        Straight through the earth, which at these distances is the same to the millimetre.
        """
        if not len(self):
            return np.full(len(lon), -1), np.full(len(lon), np.inf)
        from scipy.spatial import cKDTree  # slow to import, and not needed where no list is given

        tree = cKDTree(earth_centred_m(self.lon, self.lat))
        metres, which = tree.query(
            earth_centred_m(lon, lat), distance_upper_bound=np.nextafter(within_m, np.inf)
        )
        return np.where(np.isfinite(metres), which, -1), metres
