"""Is each geotag inside the area that its record claims? What people use for that today, side by side.

    python bench/peers.py WORK                      # WORK: the folder that generate.py filled
    python bench/peers.py WORK --rounds 5 --only "sedonadb by code" --only "shapely by code"
    python bench/peers.py one NAME WORK             # one contender, in this process, result as JSON

The contenders take turns, each time in a fresh process. Timed is the whole process, from its start with all
imports to its end; memory is the most that it held (files mapped into memory count while they are there),
then the most that a process of its own held, if it started any. Only what was measured in one run can be
compared. Each counts the geotags that lie inside the area that they claim, or on its border. The
peers write nothing; Patok writes its results.
"""

from __future__ import annotations

import argparse
import datetime as dt
import importlib.metadata
import json
import os
import platform
import re
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
AREAS, GEOTAGS, SNAPSHOT = "areas.parquet", "geotags.parquet", "snapshot"
REFERENCE = "sedonadb by code"
PACKAGES = ("sedonadb", "duckdb", "geopandas", "shapely", "pandas", "numpy", "pyarrow", "numba")

Result = dict[str, Any]


class Missing(Exception):
    """This contender cannot run on this machine; the text says why."""


def sedonadb_by_code(work: Path) -> Result:
    """SedonaDB: a hash join on the code, then the predicate on each pair."""
    return _sedonadb(
        work,
        "SELECT count(*) AS inside FROM geotags AS g JOIN areas AS a ON g.idsubsls = a.idsubsls "
        "WHERE ST_Intersects(a.geometry, ST_SetSRID(ST_Point(g.longitude, g.latitude), 4326))",
    )


def sedonadb_by_code_within(work: Path) -> Result:
    """The same with the other predicate, which leaves out the border."""
    return _sedonadb(
        work,
        "SELECT count(*) AS inside FROM geotags AS g JOIN areas AS a ON g.idsubsls = a.idsubsls "
        "WHERE ST_Within(ST_SetSRID(ST_Point(g.longitude, g.latitude), 4326), a.geometry)",
    )


def sedonadb_spatial(work: Path) -> Result:
    """SedonaDB: a spatial join, then the codes compared (as a condition they make it a join by code)."""
    return _sedonadb(
        work,
        "SELECT sum(CASE WHEN claimed = found THEN 1 ELSE 0 END) AS inside FROM ("
        "SELECT g.idsubsls AS claimed, a.idsubsls AS found FROM geotags AS g JOIN areas AS a "
        "ON ST_Intersects(a.geometry, ST_SetSRID(ST_Point(g.longitude, g.latitude), 4326)))",
    )


def _sedonadb(work: Path, query: str) -> Result:
    try:
        import sedonadb
    except ImportError:
        raise Missing("the package sedonadb is not installed") from None
    import pyarrow as pa

    context = sedonadb.connect()
    context.read_parquet(str(work / AREAS)).to_view("areas")
    context.read_parquet(str(work / GEOTAGS)).to_view("geotags")
    # Not to_arrow_table, which wants one more package for the types of geometries; there are none here.
    return {"inside": pa.table(context.sql(query))["inside"][0].as_py()}


def duckdb_by_code(work: Path) -> Result:
    """DuckDB with its extension spatial: a hash join on the code, then the predicate on each pair."""
    return _duckdb(
        work,
        "SELECT count(*) FROM geotags AS g JOIN areas AS a ON g.idsubsls = a.idsubsls "
        "WHERE ST_Intersects(a.geometry, ST_Point(g.longitude, g.latitude))",
    )


def duckdb_spatial(work: Path) -> Result:
    """DuckDB with its extension spatial: a spatial join, then the codes compared."""
    return _duckdb(
        work,
        "SELECT count_if(claimed = found) FROM ("
        "SELECT g.idsubsls AS claimed, a.idsubsls AS found FROM geotags AS g JOIN areas AS a "
        "ON ST_Intersects(a.geometry, ST_Point(g.longitude, g.latitude)))",
    )


def _duckdb(work: Path, query: str) -> Result:
    try:
        import duckdb
    except ImportError:
        raise Missing("the package duckdb is not installed") from None

    connection = duckdb.connect(config={"autoinstall_known_extensions": False})
    installed = "SELECT installed FROM duckdb_extensions() WHERE extension_name = 'spatial'"
    if connection.execute(installed).fetchone() != (True,):
        raise Missing("DuckDB's extension spatial is a download of its own and is not installed here")
    connection.execute("LOAD spatial")
    connection.read_parquet(str(work / GEOTAGS)).create_view("geotags")
    areas = connection.read_parquet(str(work / AREAS))
    # DuckDB keeps the reference system in the type, and points made from numbers have none.
    areas.project("idsubsls, CAST(geometry AS GEOMETRY) AS geometry").create_view("areas")
    row = connection.execute(query).fetchone()
    return {"inside": int(row[0])}


def geopandas_sjoin(work: Path) -> Result:
    """GeoPandas: a spatial join, then the codes compared."""
    import geopandas
    import pandas as pd

    areas = geopandas.read_parquet(work / AREAS, columns=["idsubsls", "geometry"])
    table = pd.read_parquet(work / GEOTAGS, columns=["idsubsls", "longitude", "latitude"])
    places = geopandas.points_from_xy(table["longitude"], table["latitude"], crs=areas.crs)
    points = geopandas.GeoDataFrame(table[["idsubsls"]], geometry=places)
    joined = geopandas.sjoin(points, areas, predicate="intersects")
    return {"inside": int((joined["idsubsls_left"] == joined["idsubsls_right"]).sum())}


def shapely_by_code(work: Path) -> Result:
    """Shapely by hand: areas looked up by code and prepared, geotags sorted by area."""
    import numpy as np
    import pyarrow.compute as pc
    import pyarrow.parquet as pq
    import shapely

    areas = pq.read_table(work / AREAS, columns=["idsubsls", "geometry"])
    geotags = pq.read_table(work / GEOTAGS, columns=["idsubsls", "longitude", "latitude"])
    polygons = shapely.from_wkb(areas["geometry"].to_numpy())
    shapely.prepare(polygons)
    claimed = pc.index_in(geotags["idsubsls"], value_set=areas["idsubsls"].combine_chunks())
    row = pc.fill_null(claimed, -1).to_numpy()
    order = np.argsort(row, kind="stable")[np.count_nonzero(row < 0) :]  # unknown codes come first
    lon, lat = (geotags[name].to_numpy()[order] for name in ("longitude", "latitude"))
    return {"inside": int(np.count_nonzero(shapely.intersects_xy(polygons[row[order]], lon, lat)))}


def patok_snapshot(work: Path) -> Result:
    """`patok check` against a snapshot: distance and probability of every geotag, written to Parquet."""
    return _patok(work, work / SNAPSHOT, str(HERE / "distance.toml"), "--brief")


def patok_file(work: Path) -> Result:
    """The same against the boundary file, which is read, checked, rounded and indexed first."""
    return _patok(work, work / AREAS, str(HERE / "distance.toml"), "--brief")


def patok_membership(work: Path) -> Result:
    """With findings too: for the geotags outside, the areas where they may lie."""
    return _patok(work, work / SNAPSHOT, "membership", "--brief")


def patok_default(work: Path) -> Result:
    """Every check, roll-ups included, with all columns."""
    return _patok(work, work / SNAPSHOT, "default")


def _patok(work: Path, frame: Path, ruleset: str, *options: str) -> Result:
    import contextlib
    import io

    from patok.cli import main as patok

    output = work / "checked.parquet"
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        given = ["check", str(frame), str(work / GEOTAGS), "-o", str(output), "--level", "subsls", "--json"]
        patok([*given, "--ruleset", ruleset, *options])
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    distances = pq.read_table(output, columns=["distance_m"]).column(0)
    document = json.loads(said.getvalue())
    return {
        "inside": pc.sum(pc.greater_equal(distances, 0)).as_py(),
        "share near the border": f"{document['near_border'] / document['geotags']:.3f}",
    }


def prepare_snapshot(work: Path) -> None:
    """What a release leaves behind; not timed."""
    if not (work / SNAPSHOT).is_dir():
        from patok.cli import main as patok

        patok(["snapshot", str(work / AREAS), "-o", str(work / SNAPSHOT), "--level", "subsls"])


# A contender is one line: its name and a function that takes the folder WORK, does everything from reading
# the files on, and returns "inside" (how many) and whatever else is worth a line below the table. It imports
# what it needs itself, so that its process pays for that and no other's does. Where it cannot run, it raises
# Missing.
CONTENDERS: dict[str, Callable[[Path], Result]] = {
    REFERENCE: sedonadb_by_code,
    "sedonadb by code, within": sedonadb_by_code_within,
    "sedonadb spatial": sedonadb_spatial,
    "duckdb by code": duckdb_by_code,
    "duckdb spatial": duckdb_spatial,
    "geopandas.sjoin": geopandas_sjoin,
    "shapely by code": shapely_by_code,
    "patok, snapshot": patok_snapshot,
    "patok, file": patok_file,
    "patok, membership": patok_membership,
    "patok, all checks": patok_default,
}


def run_one(name: str, work: Path) -> Result:
    """One contender in this process: its result, with the memory of the process and of its largest child."""
    try:
        result = CONTENDERS[name](work)
    except Missing as missing:
        return {"missing": str(missing)}
    return result | {"memory_mb": _peak_mb(), "child_memory_mb": _largest_child_mb()}


def _peak_mb() -> float:
    """The most memory that this process held. On Linux getrusage would also count who started it."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(re.search(r"VmHWM:\s+(\d+) kB", status.read_text()).group(1)) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 1024)


def _largest_child_mb() -> float:
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / (
        2**20 if sys.platform == "darwin" else 1024
    )


def run_turn(name: str, work: Path) -> Result:
    """One contender in a fresh process, with the seconds of that process."""
    start = time.perf_counter()
    done = subprocess.run([sys.executable, __file__, "one", name, str(work)], capture_output=True, text=True)
    seconds = time.perf_counter() - start
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["nothing was said"]
        return {"missing": f"it ended with {done.returncode}: {last[0]}"}
    return json.loads(done.stdout.splitlines()[-1]) | {"seconds": seconds}


def run(work: Path, names: list[str], rounds: int) -> dict[str, list[Result]]:
    """All turns of all contenders. One that cannot run gets no second turn."""
    for file in (AREAS, GEOTAGS):  # whoever comes first must not pay for a cold disk
        with (work / file).open("rb") as stream:
            while stream.read(1 << 24):
                pass
    if any(name.startswith("patok") for name in names):
        prepare_snapshot(work)
    turns: dict[str, list[Result]] = {name: [] for name in names}
    for number in range(1, rounds + 1):
        for name in names:
            if turns[name] and "missing" in turns[name][-1]:
                continue
            turn = run_turn(name, work)
            turns[name].append(turn)
            said = turn.get("missing") or f"{turn['seconds']:.2f} s"
            print(f"round {number}: {name}: {said}", file=sys.stderr, flush=True)
    return turns


def show(turns: dict[str, list[Result]]) -> str:
    """The turns as a Markdown table; below it who is missing and why, and what else was returned."""
    lines = [
        f"| contender | seconds, best | median | each round | memory, MB | inside | best / {REFERENCE} |",
        "|---|---|---|---|---|---|---|",
    ]
    below = []
    done = {name: many for name, many in turns.items() if "missing" not in many[-1]}
    best = {name: min(turn["seconds"] for turn in many) for name, many in done.items()}
    for name, many in turns.items():
        if name not in done:
            lines.append(f"| {name} | missing | | | | | |")
            below.append(f"- {name} is missing: {many[-1]['missing']}.")
            continue
        seconds = [turn["seconds"] for turn in many]
        memory = f"{max(turn['memory_mb'] for turn in many):,.0f}"
        if child := max(turn["child_memory_mb"] for turn in many):
            memory += f" + {child:,.0f}"
        inside = " / ".join(f"{count:,}" for count in sorted({turn["inside"] for turn in many}))
        ratio = f"{best[name] / best[REFERENCE]:.2f}" if REFERENCE in best else ""
        every = " ".join(f"{value:.2f}" for value in seconds)
        lines.append(
            f"| {name} | {best[name]:.2f} | {statistics.median(seconds):.2f} | {every} | {memory} | {inside} "
            f"| {ratio} |"
        )
        known = ("inside", "seconds", "memory_mb", "child_memory_mb")
        below += [f"- {name}: {key} {value}" for key, value in many[-1].items() if key not in known]
    counts = {turn["inside"] for many in done.values() for turn in many}
    if len(done) > 1:
        below.append(
            "- All counted the same."
            if len(counts) == 1
            else f"- The counts differ by up to {max(counts) - min(counts):,}."
        )
    return "\n".join([*lines, "", *below])


def describe(work: Path) -> str:
    """Day, machine, versions, sizes and command of this run."""
    import pyarrow.parquet as pq

    processor = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists() and (model := re.search(r"model name\s*: (.*)", cpuinfo.read_text())):
        processor = model.group(1)
    memory_gb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    versions = []
    for package in PACKAGES:
        try:
            versions.append(f"{package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            versions.append(f"{package} not installed")
    areas, geotags = (pq.read_metadata(work / file).num_rows for file in (AREAS, GEOTAGS))
    return (
        f"{dt.date.today()}, {cores} cores ({processor}), {memory_gb:.0f} GB, {platform.system()}, "
        f"Python {platform.python_version()}; {', '.join(versions)}; "
        f"{areas:,} areas, {geotags:,} geotags; `{' '.join(['python', *sys.argv])}`"
    )


def main(arguments: list[str]) -> None:
    """One contender (``one NAME WORK``), or all of them in turns."""
    if arguments[:1] == ["one"]:
        parser = argparse.ArgumentParser(prog="peers.py one")
        parser.add_argument("name", choices=list(CONTENDERS))
        parser.add_argument("work", type=Path)
        given = parser.parse_args(arguments[1:])
        print(json.dumps(run_one(given.name, given.work)))
        return
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("work", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", action="append", choices=list(CONTENDERS), help="may be given again")
    given = parser.parse_args(arguments)
    for file in (AREAS, GEOTAGS):
        if not (given.work / file).is_file():
            parser.error(f"{given.work / file} is not there. Make it with bench/generate.py.")
    turns = run(given.work, given.only or list(CONTENDERS), max(1, given.rounds))
    print(describe(given.work), show(turns), sep="\n\n")


if __name__ == "__main__":
    main(sys.argv[1:])
