"""One million geotags against the 83,191 villages of Indonesia: Patok beside geopandas.sjoin.

    python bench/villages.py prepare DATA WORK     # DATA: desa_indonesia.parquet; WORK: folder of the geotags
    python bench/villages.py run DATA WORK         # both contenders, each in a process of its own

What is timed is in bench/README.md. Nothing is asserted about time.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import platform
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from geo.frame import Frame

N = 1_000_000
SEED = 1945
OUTSIDE_SHARE = 0.03


def prepare(data: Path, work: Path) -> None:
    """Geotags around true places: 97 % inside the village that they claim, 3 % a few hundred metres off."""
    import geopandas
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq
    import shapely

    rng = np.random.default_rng(SEED)
    villages = geopandas.read_parquet(data)
    code = next(
        name for name in villages.columns if villages[name].astype(str).str.fullmatch(r"[\d.]{13}").all()
    )
    villages = villages[villages.geometry.is_valid].reset_index(drop=True)
    geometries = villages.geometry.to_numpy()
    rows = rng.integers(0, len(villages), N)
    bounds = shapely.bounds(geometries)[rows]
    lon, lat = np.empty(N), np.empty(N)
    waiting = np.arange(N)
    shapely.prepare(geometries)
    for _ in range(40):  # rejection sampling; the narrowest shapes keep their representative point
        box = bounds[waiting]
        x = rng.uniform(box[:, 0], box[:, 2])
        y = rng.uniform(box[:, 1], box[:, 3])
        inside = shapely.contains_xy(geometries[rows[waiting]], x, y)
        lon[waiting[inside]], lat[waiting[inside]] = x[inside], y[inside]
        waiting = waiting[~inside]
    points = shapely.point_on_surface(geometries[rows[waiting]])
    lon[waiting], lat[waiting] = shapely.get_x(points), shapely.get_y(points)
    moved = rng.random(N) < OUTSIDE_SHARE
    lon[moved] += rng.normal(0, 0.003, moved.sum())
    lat[moved] += rng.normal(0, 0.003, moved.sum())
    work.mkdir(parents=True, exist_ok=True)
    table = pa.table(
        {
            "item_id": [f"{i:07d}" for i in range(N)],
            "household_key": [f"{i:07d}" for i in range(N)],
            "iddesa": pa.array(villages[code].astype(str).to_numpy()[rows]),
            "longitude": [f"{x:.7f}" for x in lon],
            "latitude": [f"{y:.7f}" for y in lat],
            "accuracy": np.round(np.exp(rng.normal(2.0, 0.5, N)), 2),
        }
    )
    pq.write_table(table, work / "geotags.parquet")
    _write_segments(data, work / "segments")


def _write_segments(data: Path, folder: Path) -> None:
    """The villages as the segment files that publishing a release leaves behind."""
    from boundaries.assembly import frame_of_tables
    from boundaries.intake import read_areas
    from boundaries.segments import write_segment
    from geo.codes import SCHEMES
    from geo.levels import Level

    scheme = SCHEMES["kemendagri"]
    areas = read_areas(data, Level.DESA, scheme).areas
    for segment in frame_of_tables(scheme, {Level.DESA: areas}).segments:
        write_segment(folder, segment)


def run_file(data: Path, work: Path) -> dict[str, float]:
    """Patok from the boundary file: read, checked, rounded, indexed, every time."""
    from boundaries.assembly import frame_of_tables
    from boundaries.intake import read_areas
    from geo.codes import SCHEMES
    from geo.levels import Level

    start = time.perf_counter()
    scheme = SCHEMES["kemendagri"]
    frame = frame_of_tables(scheme, {Level.DESA: read_areas(data, Level.DESA, scheme).areas})
    return {"read_frame_s": time.perf_counter() - start} | _check(frame, work)


def run_release(data: Path, work: Path) -> dict[str, float]:
    """Patok from a release: its segment files are compared with their names and mapped into memory."""
    from boundaries.segments import is_intact, open_segment
    from geo.codes import SCHEMES
    from geo.frame import Frame

    start = time.perf_counter()
    files = sorted((work / "segments").glob("*.arrow"))
    if not all(is_intact(path, path.stem) for path in files):
        sys.exit("A segment file is damaged. Run 'prepare' again.")
    segments = tuple(open_segment(path) for path in files)
    frame = Frame(SCHEMES["kemendagri"], segments)
    return {"read_frame_s": time.perf_counter() - start} | _check(frame, work)


def _check(frame: Frame, work: Path) -> dict[str, float]:
    """All checks over the geotags; the kernel alone once more, when everything is in memory."""
    from geo.checks.protocol import Outcome
    from geo.engine import check_geotags
    from geo.levels import Level
    from geo.membership import find_membership
    from geotags.intake import read_geotags

    seconds = {}
    start = time.perf_counter()
    geotags = read_geotags(work / "geotags.parquet", frame.scheme, Level.DESA).geotags
    seconds["read_geotags_s"] = time.perf_counter() - start
    start = time.perf_counter()
    checked = check_geotags(geotags, frame, Level.DESA)
    seconds["all_checks_s"] = time.perf_counter() - start
    start = time.perf_counter()
    membership = find_membership(geotags, frame, Level.DESA, checked.subject.usable, 20.0)
    seconds["kernel_s"] = time.perf_counter() - start
    outcome = checked.outcomes["OUTSIDE_ASSIGNED_AREA"].outcome
    return seconds | {
        "inside": int((membership.distance_m >= 0).sum()),
        "undecided": int((membership.undecided > 0).sum()),
        "outside_findings": int((outcome == Outcome.FAIL).sum()),
    }


def run_sjoin(data: Path, work: Path) -> dict[str, float]:
    """What people write today: a spatial join, then a comparison of codes. Inside or not, no distance."""
    import geopandas
    import pandas as pd

    seconds = {}
    start = time.perf_counter()
    villages = geopandas.read_parquet(data)
    code = next(
        name for name in villages.columns if villages[name].astype(str).str.fullmatch(r"[\d.]{13}").all()
    )
    villages = villages[[code, villages.geometry.name]]
    seconds["read_frame_s"] = time.perf_counter() - start
    start = time.perf_counter()
    table = pd.read_parquet(work / "geotags.parquet")
    places = geopandas.points_from_xy(table["longitude"].astype(float), table["latitude"].astype(float))
    points = geopandas.GeoDataFrame(table[["item_id", "iddesa"]], geometry=places, crs=villages.crs)
    seconds["read_geotags_s"] = time.perf_counter() - start
    start = time.perf_counter()
    joined = geopandas.sjoin(points, villages, predicate="within", how="left")
    agrees = (joined["iddesa"] == joined[code]).groupby(level=0).any()
    seconds["kernel_s"] = seconds["all_checks_s"] = time.perf_counter() - start
    return seconds | {"inside": int(agrees.sum()), "undecided": 0, "outside_findings": int((~agrees).sum())}


CONTENDERS = {"patok release": run_release, "patok file": run_file, "geopandas.sjoin": run_sjoin}
PEER = "geopandas.sjoin"


def run(data: Path, work: Path, rounds: int) -> None:
    """Contenders take turns, each time in a fresh process; the best of the rounds is shown."""
    results: dict[str, list[dict[str, float]]] = {name: [] for name in CONTENDERS}
    for _ in range(rounds):
        for name in CONTENDERS:
            command = [sys.executable, __file__, "one", str(data), str(work), "--contender", name]
            start = time.perf_counter()
            printed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
            measured = json.loads(printed.splitlines()[-1])
            measured["process_s"] = time.perf_counter() - start
            results[name].append(measured)
    best = {name: {key: min(one[key] for one in many) for key in many[0]} for name, many in results.items()}
    print(f"{dt.date.today()}, {platform.machine()}, Python {platform.python_version()}, {N:,} geotags")
    print(f"{'':18}" + "".join(f"{name:>17}" for name in CONTENDERS) + "   peer / release")
    for key in best[PEER]:
        values = [best[name][key] for name in CONTENDERS]
        is_cost = key.endswith(("_s", "_mb")) and values[0]
        ratio = f"{best[PEER][key] / values[0]:17.2f}" if is_cost else ""
        print(f"{key:18}" + "".join(f"{value:17,.2f}" for value in values) + ratio)


def main() -> None:
    """Prepare, run both, or (in a process of its own) run one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["prepare", "run", "one"])
    parser.add_argument("data", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--contender", choices=list(CONTENDERS))
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    if arguments.what == "prepare":
        prepare(arguments.data, arguments.work)
    elif arguments.what == "run":
        run(arguments.data, arguments.work, arguments.rounds)
    else:
        measured = CONTENDERS[arguments.contender](arguments.data, arguments.work)
        measured["memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps(measured))


if __name__ == "__main__":
    main()
