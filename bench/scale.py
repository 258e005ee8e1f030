"""How `patok check` grows with the number of geotags, up to a whole country's.

    python bench/scale.py WORK                     # WORK: the folder that generate.py filled
    python bench/scale.py WORK --millions 1 5 --ruleset bench/duplicates.toml --plot scale.svg

For each ruleset and number a fresh process checks the first so many geotags of WORK against a snapshot of its
areas and writes its results. Shown are the seconds of the whole process, those of its cores, the most memory
that it held and the most that its scratch folder took. A straight line through the first and the last point
is drawn beside the measured ones. Needs free disk space of about ten times the geotags.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
from peers import AREAS, GEOTAGS, HERE, SNAPSHOT, describe, prepare_snapshot

RULESETS = (str(HERE / "duplicates.toml"), "default")
MILLIONS = (1, 5, 10, 20, 40, 80)


@dataclass(frozen=True)
class Measured:
    """One process."""

    geotags: int
    seconds: float
    cpu_seconds: float
    memory_mb: float
    scratch_mb: float


def first_geotags(work: Path, n: int) -> Path:
    """A file of the first ``n`` geotags; the whole file where it has no more."""
    whole = pq.ParquetFile(work / GEOTAGS)
    if n >= whole.metadata.num_rows:
        return work / GEOTAGS
    path = work / f"first-{n}.parquet"
    if not path.exists():
        with pq.ParquetWriter(path, whole.schema_arrow, compression="zstd") as writer:
            left = n
            for batch in whole.iter_batches(1_000_000):
                writer.write_batch(batch.slice(0, left))
                left -= len(batch)
                if left <= 0:
                    break
    return path


def measure(work: Path, n: int, ruleset: str) -> Measured:
    """Check ``n`` geotags in a fresh process."""
    geotags = first_geotags(work, n)
    with geotags.open("rb") as stream:  # nobody pays for a cold disk
        while stream.read(1 << 24):
            pass
    output = work / "scaled" / "checked.parquet"
    shutil.rmtree(output.parent, ignore_errors=True)
    output.parent.mkdir()
    patok = [sys.executable, "-c", "import sys; from patok.cli import main; main(sys.argv[1:])"]
    given = ["check", str(work / SNAPSHOT), str(geotags), "-o", str(output), "--level", "subsls", "--brief"]
    start = time.perf_counter()
    process = subprocess.Popen([*patok, *given, "--json", "--ruleset", ruleset], stdout=subprocess.DEVNULL)
    largest = _Largest(output.parent)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    if status:
        raise SystemExit(
            f"{ruleset}, {n:,} geotags: the check ended with {os.waitstatus_to_exitcode(status)}"
        )
    measured = Measured(
        pq.read_metadata(geotags).num_rows,
        seconds,
        usage.ru_utime + usage.ru_stime,
        usage.ru_maxrss / 1024,
        largest.stop() / 1e6,
    )
    shutil.rmtree(output.parent)
    return measured


class _Largest:
    """The most bytes that a folder held, looked at once a second."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._most, self._stopped = folder, 0, threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        while not self._stopped.wait(1.0):
            total = 0
            for path in self._folder.rglob("*"):
                try:
                    total += path.stat().st_size
                except FileNotFoundError:  # it was renamed or is done with
                    continue
            self._most = max(self._most, total)

    def stop(self) -> int:
        self._stopped.set()
        self._thread.join()
        return self._most


def table(measured: dict[str, list[Measured]]) -> str:
    """All processes as a Markdown table."""
    lines = [
        "| ruleset | geotags | seconds | of the cores | geotags a second | memory, MB | scratch, MB |",
        "|---|---|---|---|---|---|---|",
    ]
    for ruleset, many in measured.items():
        lines += [
            f"| {Path(ruleset).stem} | {one.geotags:,} | {one.seconds:.1f} | {one.cpu_seconds:.1f} "
            f"| {one.geotags / one.seconds:,.0f} | {one.memory_mb:,.0f} | {one.scratch_mb:,.0f} |"
            for one in many
        ]
    return "\n".join(lines)


def plot(measured: dict[str, list[Measured]], path: Path) -> None:
    """Seconds against millions of geotags."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    for ruleset, many in measured.items():
        millions, seconds = [one.geotags / 1e6 for one in many], [one.seconds for one in many]
        (drawn,) = axes.plot(millions, seconds, "o", label=Path(ruleset).stem)
        ends = [0, -1]
        axes.plot([millions[i] for i in ends], [seconds[i] for i in ends], color=drawn.get_color(), lw=0.8)
    axes.set(
        xlabel="geotags, millions", ylabel="seconds of the whole process", xlim=(0, None), ylim=(0, None)
    )
    axes.legend(title="ruleset")
    figure.savefig(path)


def main(arguments: list[str]) -> None:
    """Measure, print the table, and draw the plot if one is wanted."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("work", type=Path)
    parser.add_argument("--millions", type=float, nargs="+", default=list(MILLIONS))
    parser.add_argument("--ruleset", action="append", help="may be given again")
    parser.add_argument("--plot", type=Path, help="an SVG or PNG file")
    given = parser.parse_args(arguments)
    for file in (AREAS, GEOTAGS):
        if not (given.work / file).is_file():
            parser.error(f"{given.work / file} is not there. Make it with bench/generate.py.")
    prepare_snapshot(given.work)
    measured: dict[str, list[Measured]] = {}
    for ruleset in given.ruleset or RULESETS:
        for millions in given.millions:
            one = measure(given.work, round(millions * 1e6), ruleset)
            measured.setdefault(ruleset, []).append(one)
            print(f"{ruleset}: {one.geotags:,} geotags in {one.seconds:.1f} s", file=sys.stderr, flush=True)
    print(describe(given.work), table(measured), sep="\n\n")
    if given.plot:
        plot(measured, given.plot)


if __name__ == "__main__":
    main(sys.argv[1:])
