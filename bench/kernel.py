"""The kernel alone: inside, signed distance and probability of geotags whose areas are known, all in memory.

    python bench/kernel.py WORK                     # WORK: the folder that generate.py filled

Timed are the sorting of the geotags by area, which has memory walked once, and the kernel, on one thread and
on two; not reading, not looking up codes. Best of five.
"""

from __future__ import annotations

import argparse
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from peers import AREAS, GEOTAGS, SNAPSHOT, describe, prepare_snapshot

from boundaries.snapshots import open_snapshot
from geo.kernels import CERTAIN_SIGMAS
from geo.levels import Level
from geo.membership import by_area, find_areas, measure_points, sigmas_m

ROUNDS = 5
ROWS_PER_TASK = 100_000


def measure(work: Path, threads: int) -> tuple[float, int, float]:
    """Seconds, geotags, and the share of them whose probability had to be summed."""
    frame = open_snapshot(work / SNAPSHOT).frame
    table = pq.read_table(work / GEOTAGS, columns=["idsubsls", "longitude", "latitude", "accuracy"])
    segment, row = find_areas(table.column("idsubsls").combine_chunks(), frame, Level.SUBSLS)
    which = np.flatnonzero(row >= 0)
    lon, lat, accuracy_m = (table.column(i).to_numpy() for i in (1, 2, 3))
    sigma_m = sigmas_m(accuracy_m, frame.boundary_sigma_m, 20.0)
    distance_m = np.empty(len(row))

    def task(job: tuple[int, np.ndarray]) -> None:
        position, rows = job
        layer = frame.segments[position].layers[Level.SUBSLS]
        distance_m[rows], _ = measure_points(layer, row[rows], lon[rows], lat[rows], sigma_m[rows])

    best = np.inf
    with ThreadPoolExecutor(threads) as pool:
        for _ in range(ROUNDS):
            start = time.perf_counter()
            jobs = [
                (position, group[first : first + ROWS_PER_TASK])
                for position, group in by_area(segment, row, which)
                for first in range(0, len(group), ROWS_PER_TASK)
            ]
            list(pool.map(task, jobs))
            best = min(best, time.perf_counter() - start)
    near = np.abs(distance_m[which]) <= CERTAIN_SIGMAS * sigma_m[which]
    return best, len(which), float(near.mean())


def main(arguments: list[str]) -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("work", type=Path)
    given = parser.parse_args(arguments)
    for file in (AREAS, GEOTAGS):
        if not (given.work / file).is_file():
            parser.error(f"{given.work / file} is not there. Make it with bench/generate.py.")
    prepare_snapshot(given.work)
    print(describe(given.work), "", "| threads | seconds | geotags a second | near the border |", sep="\n")
    print("|---|---|---|---|")
    for threads in (1, 2):
        seconds, n, near = measure(given.work, threads)
        print(f"| {threads} | {seconds:.2f} | {n / seconds:,.0f} | {near:.3f} |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
