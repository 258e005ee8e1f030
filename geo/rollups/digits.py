"""How often each digit stands at a decimal of the coordinates, over the different places of each group."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(cache=True, nogil=True)
def count_digits(
    starts: NDArray[np.int64],
    cuts: NDArray[np.int64],
    decimals: NDArray[np.int64],
    decimal: int,
    least_cells: int,
    counts: NDArray[np.int64],
    shorter: NDArray[np.int64],
    places: NDArray[np.int64],
) -> None:
    """Fill ``counts`` (groups, 10), ``shorter`` and ``places`` (groups,).

    ``cuts`` (m, 2) are both coordinates as whole numbers that end with the decimal, without their signs,
    and ``decimals`` (m, 2) how many decimals were written; group g owns the rows
    ``starts[g]:starts[g + 1]``. Rows with equal cuts are one place, with the most decimals that any of them
    was written with. A coordinate counts where those of the group have at least ``least_cells`` different
    values before the decimal.
    """
    for g in range(len(starts) - 1):
        first, last = starts[g], starts[g + 1]
        # 180 degrees in units of 1e-6 are below 2**28.
        order = first + np.argsort(cuts[first:last, 0] * 2**31 + cuts[first:last, 1])
        at, written = np.empty((last - first, 2), np.int64), np.empty((last - first, 2), np.int64)
        n = 0
        for row in order:
            if n and at[n - 1, 0] == cuts[row, 0] and at[n - 1, 1] == cuts[row, 1]:
                written[n - 1, 0] = max(written[n - 1, 0], decimals[row, 0])
                written[n - 1, 1] = max(written[n - 1, 1], decimals[row, 1])
                continue
            at[n], written[n] = cuts[row], decimals[row]
            n += 1
        places[g] = n
        for axis in range(2):
            cells = np.sort(at[:n, axis] // 10)
            different = 1 + (cells[1:] != cells[:-1]).sum() if n else 0
            if different < least_cells:
                continue
            for i in range(n):
                if written[i, axis] >= decimal:
                    counts[g, at[i, axis] % 10] += 1
                else:
                    shorter[g] += 1
