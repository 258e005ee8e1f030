"""The households while faults are planted: who is still without one, and what has been planted."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from geo.errors import ValueRefused
from patok.sample.ground import Ground, sigma_of
from patok.sample.mesh import Ints
from patok.sample.plane import Floats
from patok.sample.settling import COORDINATE_DECIMALS, Settled

# The counts below are for this many households and follow the number asked for.
_FULL_SIZE = 40_000
_LEAST_PER_KIND = 5


class Draft:
    """Households and their faults. A row takes part in one fault only; the free ones are in random order."""

    def __init__(self, ground: Ground, settled: Settled, rng: np.random.Generator) -> None:
        self.ground, self.settled, self.rng = ground, settled, rng
        n = len(settled.area)
        self.place = settled.place.copy()
        self.assigned_code = ground.codes[settled.area].astype(object)
        self.may_be_nudged = np.ones(n, bool)
        self._texts: dict[int, tuple[str, str]] = {}
        self._planted: list[tuple[int, str, str, bool, str]] = []
        alone = np.bincount(settled.place, minlength=n)[settled.place] == 1
        self._free = rng.permutation(np.flatnonzero(ground.is_plain[settled.area] & alone))

    @property
    def free(self) -> Ints:
        """Rows without a fault, each alone at its place in a plain neighbourhood."""
        return self._free

    def count(self, at_full_size: int) -> int:
        """How many to plant of a kind of which the full sample has ``at_full_size``."""
        return max(_LEAST_PER_KIND, round(at_full_size * len(self.place) / _FULL_SIZE))

    def take(self, rows: Ints, wanted: int, fault: str) -> Ints:
        """The first ``wanted`` of ``rows``, free no more. Raises ValueRefused when they are too few."""
        if len(rows) < wanted:
            raise ValueRefused(
                where="make_geotags", value=len(self.place), wanted=f"more households: {fault}"
            )
        taken = rows[:wanted]
        self._free = self._free[~np.isin(self._free, taken)]
        return taken

    def sigma_m(self, rows: Ints) -> Floats:
        return sigma_of(self.settled.accuracy_m[rows])

    def move(self, rows: Ints, lonlat: Floats) -> None:
        """Report the rows at other coordinates (n, 2)."""
        self.settled.reported[rows] = lonlat

    def write(self, rows: Ints, lon_texts: Sequence[str], lat_texts: Sequence[str]) -> None:
        """Give the rows these texts in place of numbers with seven decimals."""
        self._texts.update(zip(rows.tolist(), zip(lon_texts, lat_texts, strict=True), strict=True))
        self.may_be_nudged[rows] = False

    def expect(
        self, rows: Ints, code: str, severity: str | Sequence[str], note: str, needs_judgement: bool = False
    ) -> None:
        """Each of the rows must raise ``code``."""
        each = [severity] * len(rows) if isinstance(severity, str) else list(severity)
        self._planted += [
            (row, code, s, needs_judgement, note) for row, s in zip(rows.tolist(), each, strict=True)
        ]

    def rows_expecting(self, codes: Collection[str]) -> Ints:
        """The rows that must raise one of some codes."""
        return np.array(sorted({row for row, code, *_ in self._planted if code in codes}), np.int64)

    def coordinate_texts(self) -> tuple[list[str], list[str]]:
        """Longitudes and latitudes as the file has them."""
        lon, lat = (
            [f"{value:.{COORDINATE_DECIMALS}f}" for value in column]
            for column in self.settled.reported.T.tolist()
        )
        for row, (lon_text, lat_text) in self._texts.items():
            lon[row], lat[row] = lon_text, lat_text
        return lon, lat

    def planted_table(self, ids: np.ndarray) -> pd.DataFrame:
        """One row per finding that must be raised, in the order of the households."""
        planted = sorted(self._planted, key=lambda row: (row[0], row[1]))
        table = pd.DataFrame(planted, columns=["row", "code", "severity", "needs_judgement", "note"])
        table.insert(0, "assignment_id", pd.Series(ids[table["row"].to_numpy(np.int64)], dtype="str"))
        return table.drop(columns="row")
