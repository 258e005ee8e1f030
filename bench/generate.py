"""A made-up country for benchmarks (country.py), streamed to two Parquet files.

    python bench/generate.py WORK --areas 100000 --geotags 5000000

writes ``WORK/areas.parquet`` (GeoParquet 1.1) and ``WORK/geotags.parquet``. Memory stays the same whatever is
asked for: a kabupaten is made, written and forgotten. The same numbers and seed give the same bytes.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyproj
import shapely
from country import (
    AREAS_PER_KAB,
    BORDER_SHARE,
    MAX_AREAS,
    RECORD,
    SEED,
    Plan,
    make_geotags,
    make_kabupaten,
    make_polygons,
)
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

AREAS_PER_GROUP = 4 * AREAS_PER_KAB
GEOTAGS_PER_GROUP = 1_000_000
_ORDER, _BUCKETS = 3, 4  # streams of random numbers, after those of country.py


def digits(numbers: np.ndarray, width: int) -> pa.StringArray:
    """Numbers as texts of ``width`` digits with leading zeros."""
    rest = np.asarray(numbers, dtype=np.int64)
    texts = np.empty((len(rest), width), dtype=np.uint8)
    for place in range(width - 1, -1, -1):
        rest, texts[:, place] = np.divmod(rest, 10)
    texts += ord("0")
    offsets = np.arange(len(texts) + 1, dtype=np.int32) * width
    return pa.StringArray.from_buffers(len(texts), pa.py_buffer(offsets), pa.py_buffer(texts))


def _encoded(numbers: np.ndarray, first: int, stop: int, text: Callable[[np.ndarray], pa.Array]) -> pa.Array:
    """A dictionary array: each of the ``numbers`` in [first, stop) that occurs is written as text once."""
    occurs = np.zeros(stop - first, dtype=bool)
    occurs[numbers - first] = True
    index = (np.cumsum(occurs, dtype=np.int32) - 1)[numbers - first]
    return pa.DictionaryArray.from_arrays(index, text(np.flatnonzero(occurs) + first), safe=False)


def geotags_batch(plan: Plan, record: np.ndarray) -> pa.RecordBatch:
    """Records as the columns of the file."""
    area = record["area"]
    kab = plan.codes[area // AREAS_PER_KAB * AREAS_PER_KAB] // 10**12
    enumerator = record["enumerator"]
    columns = {
        "item_id": digits(record["item"], 10),
        "household_key": digits(kab * 10**8 + record["item"], 12),
        "building_no": _encoded(record["building"], 0, 10_000, lambda used: digits(used, 4)),
        "idsubsls": _encoded(area, 0, plan.n_areas, lambda used: digits(plan.codes[used], 16)),
        "longitude": pa.array(record["lon"]),
        "latitude": pa.array(record["lat"]),
        "accuracy": pa.array(record["accuracy"]),
        "enumerator_id": digits(enumerator, 9),
        "captured_at": pa.array(record["captured"]).cast(pa.timestamp("us", tz="UTC")),
    }
    return pa.RecordBatch.from_pydict(columns)


def areas_batch(plan: Plan, kab: int) -> pa.RecordBatch:
    """The areas of a kabupaten as the columns of the file."""
    areas = plan.areas_of(kab)
    codes = plan.codes[areas.start : areas.stop]
    polygons = make_polygons(make_kabupaten(plan.seed, kab), len(areas))
    names = pa.array([f"RT {number:03d}" for number in range(26)])
    return pa.RecordBatch.from_pydict(
        {
            "idsubsls": digits(codes, 16),
            "nmsls": names.take(pa.array(codes // 100 % 10_000)),
            "geometry": pa.array(shapely.to_wkb(polygons, byte_order=1), pa.binary()),
        }
    )


def write_areas(path: Path, plan: Plan, advance: Callable[[int], object] = lambda n: None) -> None:
    """The areas as GeoParquet 1.1, sorted by code, one row group for four kabupaten."""
    geometry = {
        "encoding": "WKB",
        "geometry_types": ["Polygon"],
        "crs": pyproj.CRS.from_epsg(4326).to_json_dict(),
        "orientation": "counterclockwise",
    }
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": geometry}}
    schema = areas_batch(plan, 0).schema.with_metadata({"geo": json.dumps(geo)})
    with pq.ParquetWriter(path, schema, compression="snappy", use_dictionary=["nmsls"]) as writer:
        kabs_per_group = AREAS_PER_GROUP // AREAS_PER_KAB
        for first in plan.kabs[::kabs_per_group]:
            group = [areas_batch(plan, kab) for kab in plan.kabs[first : first + kabs_per_group]]
            table = pa.Table.from_batches(group).replace_schema_metadata(schema.metadata)
            writer.write_table(table, row_group_size=AREAS_PER_GROUP)
            advance(len(table))


def write_geotags(
    path: Path,
    plan: Plan,
    advance: Callable[[int], object] = lambda n: None,
    *,
    shuffled: bool = False,
    per_group: int = GEOTAGS_PER_GROUP,
) -> None:
    """The geotags, in row groups of a million in random order: of a few kabupaten each, or of all.

    Shuffled or not, the file holds the same records. Texts are plain strings with pages of dictionaries:
    without the Arrow schema in the file, every reader sees the same types.
    """
    arrange = _scattered if shuffled else _gathered
    options = {
        "compression": "snappy",
        "use_dictionary": ["building_no", "idsubsls", "enumerator_id"],
        "dictionary_pagesize_limit": 1 << 26,
        "store_schema": False,
    }
    schema = geotags_batch(plan, np.empty(0, RECORD)).schema
    with pq.ParquetWriter(path, schema, **options) as writer:
        for group, record in enumerate(arrange(plan, per_group, path.parent)):
            order = np.random.default_rng([plan.seed, _ORDER, group]).permutation(len(record))
            writer.write_batch(geotags_batch(plan, record[order]), row_group_size=per_group)
            advance(len(record))


def _gathered(plan: Plan, per_group: int, folder: Path) -> Iterator[np.ndarray]:
    """Records in the order of the areas, ``per_group`` at a time."""
    waiting = np.empty(0, RECORD)
    for kab in plan.kabs:
        for piece in make_geotags(plan, kab):
            waiting = np.concatenate([waiting, piece])
            while len(waiting) >= per_group:
                yield waiting[:per_group]
                waiting = waiting[per_group:]
    if len(waiting):
        yield waiting


def _scattered(plan: Plan, per_group: int, folder: Path) -> Iterator[np.ndarray]:
    """Records of all areas in each group: dealt to as many files, which are then read in turn."""
    n_groups = max(1, -(-plan.n_geotags // per_group))
    with tempfile.TemporaryDirectory(dir=folder, prefix="shuffle-") as name:
        paths = [Path(name) / f"{group}.bin" for group in range(n_groups)]
        with ExitStack() as stack:
            files = [stack.enter_context(path.open("wb")) for path in paths]
            for kab in plan.kabs:
                rng = np.random.default_rng([plan.seed, _BUCKETS, kab])
                for piece in make_geotags(plan, kab):
                    group = rng.integers(0, n_groups, len(piece), dtype=np.int16)
                    dealt = piece[np.argsort(group, kind="stable")]
                    ends = np.cumsum(np.bincount(group, minlength=n_groups))
                    for file, part in zip(files, np.split(dealt, ends[:-1]), strict=True):
                        file.write(part.tobytes())
        for path in paths:
            yield np.fromfile(path, RECORD)
            path.unlink()


def generate(work: Path, plan: Plan, *, shuffled: bool = False) -> None:
    """Both files in the folder ``work``, with a bar. A file has its name only when it is complete."""
    work.mkdir(parents=True, exist_ok=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TaskProgressColumn(show_speed=True),
        TimeRemainingColumn(elapsed_when_finished=True),
    )
    with Progress(*columns) as bar:
        areas = bar.add_task("areas", total=plan.n_areas)
        part = work / "areas.parquet.part"
        write_areas(part, plan, lambda n: bar.advance(areas, n))
        part.replace(work / "areas.parquet")
        geotags = bar.add_task("geotags", total=plan.n_geotags)
        part = work / "geotags.parquet.part"
        write_geotags(part, plan, lambda n: bar.advance(geotags, n), shuffled=shuffled)
        part.replace(work / "geotags.parquet")


def main() -> None:
    """Read the command line and write both files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("work", type=Path, help="the folder of the two files")
    parser.add_argument("--areas", type=int, default=100_000, help=f"at most {MAX_AREAS:,}")
    parser.add_argument("--geotags", type=int, default=5_000_000)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument(
        "--shuffled", action="store_true", help="areas in random order through the whole file"
    )
    parser.add_argument(
        "--border-share",
        type=float,
        default=BORDER_SHARE,
        help="share of the households that may live anywhere in their area; the others keep a tenth of its "
        "width away from the border (the default is %(default)s)",
    )
    given = parser.parse_args()
    try:
        plan = Plan.of(given.areas, given.geotags, given.seed, given.border_share)
    except ValueError as refused:
        parser.error(str(refused))
    generate(given.work, plan, shuffled=given.shuffled)


if __name__ == "__main__":
    main()
