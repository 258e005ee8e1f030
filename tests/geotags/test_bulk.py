"""A check of any number of geotags: however they are cut the same, nothing lost, stopped and gone on with."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from boundaries.assembly import frame_of_tables
from geo.ahead import AT_ONCE
from geo.codes import SCHEMES
from geo.context import Context
from geo.engine import check_geotags
from geo.errors import CheckChanged, CheckUnfinished, FileUnreadable
from geo.exemptions import EVERY_CODE, Exemption, Exemptions, ExemptionScope
from geo.frame import Frame
from geo.levels import Level
from geo.lineage import Lineage, Succession
from geo.photos import Photos
from geo.places import Places
from geo.roster import Roster
from geo.ruleset import Ruleset
from geotags.bulk import run
from geotags.bulk.run import BulkCheck, run_check
from geotags.bulk.scratch import Scratch
from geotags.bulk.tables import Counts
from geotags.bulk.writers import findings_path, writing
from geotags.formats import parquet
from geotags.intake import read_geotags
from tests.geotags.world import KABUPATEN, Outcome, area_code, boundary_file, place_of

BPS = SCHEMES["bps"]
CODES = [area_code(kabupaten, nth) for kabupaten in KABUPATEN for nth in (1, 2, 3)]
N = 400
AXES = ["longitude", "latitude"]


@pytest.fixture(scope="module")
def frame() -> Frame:
    return frame_of_tables(BPS, {Level.SUBSLS: boundary_file(CODES).areas}, release="r1")


@pytest.fixture(scope="module")
def records() -> pd.DataFrame:
    """Inside, outside, in no area, unusable and unknown ones, pairs and stacks of several buildings."""
    rng = np.random.default_rng(1945)
    areas = rng.choice([*CODES, "5105999999999999"], N)
    places = [place_of(code if code in CODES else CODES[0], *rng.uniform(-0.2, 1.2, 2)) for code in areas]
    texts = [[f"{axis:.7f}" for axis in place] for place in places]
    for i in range(0, N, 7):
        texts[i] = texts[i // 2]
    for i, broken in ((11, ["", ""]), (12, ["x", "1"]), (13, ["0", "0"]), (14, ["-8.5", "115.4"])):
        texts[i] = broken
    return pd.DataFrame(
        {
            "item_id": [f"item-{i:04d}" for i in range(N)],
            "household_key": [f"h{i // 2}" for i in range(N)],
            "building_no": [str(i % 5) for i in range(N)],
            "idsubsls": areas,
            "longitude": [text[0] for text in texts],
            "latitude": [text[1] for text in texts],
            "accuracy": [f"{value:.1f}" for value in rng.uniform(2, 60, N)],
            "pencacah": [f"e{i % 9}" for i in range(N)],
        }
    )


def checked(
    files: Sequence[Path],
    frame: Frame,
    output: Path,
    *,
    resume: bool = False,
    stop_after: int | None = None,
    **options: Any,
) -> Counts:
    """Check files into ``output``; stopped as by Ctrl-C after so many steps."""
    job = BulkCheck(files, frame, Level.SUBSLS, Ruleset(), "frame", **options)
    scratch = Scratch(output.with_name(f".{output.name}.unfinished"), job.job(), resume=resume)
    steps: Iterator[int] = iter(range(10**9))

    def progress(_: str, n: int) -> None:
        if stop_after is not None and next(steps) >= stop_after:
            raise KeyboardInterrupt

    with writing(output, {"release": frame.release}) as writer:
        counts = run_check(job, scratch, writer.write, progress)
    scratch.remove()
    return counts


def told(output: Path) -> tuple[bytes, bytes]:
    """Results and findings without file and row, sorted."""
    tables = []
    for path in (output, findings_path(output)):
        table = pd.read_parquet(path).drop(columns=["file", "file_row"])
        table = table.sort_values(["item_id", *(["code"] if "code" in table else [])]).reset_index(drop=True)
        tables.append(table.to_csv().encode())
    return tables[0], tables[1]


@pytest.fixture
def whole(frame: Frame, records: pd.DataFrame, tmp_path: Path) -> tuple[bytes, bytes]:
    records.to_csv(tmp_path / "whole.csv", index=False)
    counts = checked([tmp_path / "whole.csv"], frame, tmp_path / "whole.parquet")
    assert (counts.read, counts.checked, counts.quarantined) == (N, N, 0)
    assert len(counts.findings) > 8 and len(counts.verdicts) == 4
    return told(tmp_path / "whole.parquet")


def test_in_bulk_as_in_memory(
    frame: Frame, records: pd.DataFrame, tmp_path: Path, whole: tuple[bytes, bytes]
) -> None:
    geotags = read_geotags(tmp_path / "whole.csv", BPS, Level.SUBSLS).geotags
    wanted = Outcome.of_checked(check_geotags(geotags, frame, Level.SUBSLS))
    results = pd.read_parquet(tmp_path / "whole.parquet").set_index("item_id")
    findings = pd.read_parquet(findings_path(tmp_path / "whole.parquet"))
    assert results["verdict"].to_dict() == wanted.verdicts
    found = {
        (row.item_id, row.code, row.severity, json.dumps(json.loads(row.evidence), sort_keys=True))
        for row in findings.itertuples()
    }
    assert found == {one[:4] for one in wanted.findings}
    for item, text in results["not_assessed"].items():
        assert dict(pair.split(":") for pair in text.split(";") if pair) == wanted.not_assessed[item]
    for item, text in results["findings"].items():
        assert set(filter(None, text.split(";"))) == set(wanted.of(item))


@pytest.mark.parametrize("n_buckets", [1, 5, 64])
@pytest.mark.parametrize("n_files", [1, 7])
def test_however_the_records_are_cut(
    frame: Frame,
    records: pd.DataFrame,
    tmp_path: Path,
    whole: tuple[bytes, bytes],
    n_files: int,
    n_buckets: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(parquet, "ROWS_AT_ONCE", 37)
    rows = np.random.default_rng(n_files).permutation(N)
    files = []
    for i, some in enumerate(np.array_split(rows, n_files)):
        files.append(tmp_path / f"part{i}.parquet")
        pq.write_table(pa.Table.from_pandas(records.iloc[some], preserve_index=False), files[-1])
    checked(files, frame, tmp_path / "cut.parquet", n_buckets=n_buckets)
    assert told(tmp_path / "cut.parquet") == whole


@pytest.mark.parametrize("stop_after", [0, 1, 6, 9, 11, 12, 14, 20])
def test_stopped_and_gone_on_with(
    frame: Frame,
    records: pd.DataFrame,
    tmp_path: Path,
    whole: tuple[bytes, bytes],
    stop_after: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(parquet, "ROWS_AT_ONCE", 37)
    pq.write_table(pa.Table.from_pandas(records, preserve_index=False), tmp_path / "all.parquet")
    output = tmp_path / "stopped.parquet"
    with pytest.raises(KeyboardInterrupt):
        checked([tmp_path / "all.parquet"], frame, output, stop_after=stop_after)
    assert not output.exists() and not findings_path(output).exists()
    with pytest.raises(CheckUnfinished, match="--resume"):
        checked([tmp_path / "all.parquet"], frame, output)
    with pytest.raises(CheckChanged):
        checked([tmp_path / "all.parquet"], frame, output, resume=True, n_buckets=3)
    asked: list[int] = []
    real = run.check_geotags
    monkeypatch.setattr(run, "check_geotags", lambda *given: (asked.append(len(given[0])), real(*given))[1])
    counts = checked([tmp_path / "all.parquet"], frame, output, resume=True)
    assert (counts.read, counts.checked) == (N, N)
    assert told(output) == whole
    pieces_left = max(0, 11 - stop_after - 1 - AT_ONCE)
    assert asked.count(37) + asked.count(N % 37) >= pieces_left and sum(asked[:pieces_left]) <= N
    assert not list(tmp_path.glob(".stopped*"))


def test_bad_rows_are_set_apart_word_for_word(frame: Frame, tmp_path: Path) -> None:
    lon, lat = (f"{axis:.7f}" for axis in place_of(CODES[0]))
    lines = [
        b"item_id;idsubsls;longitude;latitude;revision",
        f"a;{CODES[0]};{lon};{lat};1".encode(),
        b"ragged;row",
        f"b;{CODES[0]};{lon};{lat};two".encode(),
        f"c\xff;{CODES[0]};{lon};{lat};1".encode("latin-1"),
        f"d;{CODES[0]};{lon};{lat};1;more".encode(),
        f"e;{'1' * 300};{lon};{lat};1".encode(),
        f"f;{CODES[0]};{lon};{lat};2".encode(),
    ]
    (tmp_path / "g.csv").write_bytes(b"\n".join(lines) + b"\n")
    job = BulkCheck([tmp_path / "g.csv"], frame, Level.SUBSLS, Ruleset(), "frame")
    scratch = Scratch(tmp_path / "scratch", job.job(), resume=False)
    tables: list[pa.Table] = []
    counts = run_check(job, scratch, lambda results, _: tables.append(results), lambda *_: None)
    assert (counts.read, counts.checked, counts.quarantined) == (7, 2, 5)
    rows = [row for table in tables for row in table.select(["item_id", "file_row"]).to_pylist()]
    assert rows == [{"item_id": "a", "file_row": 2}, {"item_id": "f", "file_row": 8}]
    quarantine = scratch.folder / "quarantine.ndjson"
    assert quarantine.stat().st_mode & 0o777 == 0o600
    aside = {line["row"]: line for line in map(json.loads, quarantine.read_text("utf-8").splitlines())}
    assert sorted(aside) == [3, 4, 5, 6, 7]
    assert aside[3]["record"] == "ragged;row" and "2 columns" in aside[3]["reason"]
    assert aside[6]["record"] == lines[5].decode() and "6 columns" in aside[6]["reason"]
    assert "revision" in aside[4]["reason"] and '"two"' in aside[4]["record"]
    assert "c\\xff" in aside[5]["record"] and "longer" in aside[7]["reason"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_texts_of_every_kind(frame: Frame, tmp_path: Path, encoding: str, delimiter: str) -> None:
    lon, lat = (f"{axis:.7f}" for axis in place_of(CODES[0]))
    lines = [["item_id", "idsubsls", "longitude", "latitude"], ["é-1", CODES[0], lon, lat]]
    (tmp_path / "g.csv").write_text("\r\n".join(delimiter.join(line) for line in lines), encoding)
    counts = checked([tmp_path / "g.csv"], frame, tmp_path / "o.csv")
    assert counts.checked == 1
    assert pd.read_csv(tmp_path / "o.csv")["item_id"].tolist() == ["é-1"]


@pytest.mark.parametrize("ending", [".parquet", ".csv", ".geojson", ".gpkg"])
def test_every_output_says_the_same(frame: Frame, records: pd.DataFrame, tmp_path: Path, ending: str) -> None:
    import geopandas

    records.to_csv(tmp_path / "g.csv", index=False)
    output = tmp_path / f"o{ending}"
    counts = checked([tmp_path / "g.csv"], frame, output)
    if ending == ".csv":
        results, findings = pd.read_csv(output), pd.read_csv(findings_path(output))
    elif ending == ".parquet":
        results, findings = geopandas.read_parquet(output), geopandas.read_parquet(findings_path(output))
    elif ending == ".gpkg":
        results, findings = (geopandas.read_file(output, layer=name) for name in ("geotags", "findings"))
    else:
        results, findings = geopandas.read_file(output), geopandas.read_file(findings_path(output))
    assert results["item_id"].tolist() == records["item_id"].tolist()
    verdicts = {verdict: n for verdict, n in counts.verdicts.items() if n}
    assert results["verdict"].astype(str).value_counts().to_dict() == verdicts
    assert len(findings) == sum(counts.findings.values())
    assert findings["message"].str.len().min() > 10
    if ending != ".csv":
        assert results.crs == "EPSG:4326"
        place = results.geometry[0]
        assert (f"{place.x:.7f}", f"{place.y:.7f}") == tuple(records.loc[0, AXES])
        lon, lat = (pd.to_numeric(records[axis], "coerce") for axis in AXES)
        assert (results.geometry.isna() == (lon.isna() | (lon == 0) | (lat.abs() > 90))).all()


@pytest.mark.parametrize("driver", ["GPKG", "FlatGeobuf", "GeoJSON"])
def test_points_of_gis_files(frame: Frame, records: pd.DataFrame, tmp_path: Path, driver: str) -> None:
    import geopandas

    good = records.drop(index=[11, 12, 13, 14])
    points = geopandas.points_from_xy(good["longitude"].astype(float), good["latitude"].astype(float))
    plain = good.drop(columns=["longitude", "latitude"])
    path = tmp_path / f"g.{ {'GPKG': 'gpkg', 'FlatGeobuf': 'fgb', 'GeoJSON': 'geojson'}[driver] }"
    layer = geopandas.GeoDataFrame(plain, geometry=points, crs="EPSG:4326")
    layer.to_file(
        path, driver=driver, engine="pyogrio", **({"SPATIAL_INDEX": "NO"} if driver == "FlatGeobuf" else {})
    )
    good.to_csv(tmp_path / "g.csv", index=False)
    outputs = []
    for one in (path, tmp_path / "g.csv"):
        checked([one], frame, tmp_path / "o.parquet")
        results = pd.read_parquet(tmp_path / "o.parquet")
        outputs.append(results[["item_id", "verdict", "distance_m", "probability"]])
    pd.testing.assert_frame_equal(outputs[0], outputs[1])


def test_a_file_that_cannot_be_used_is_named_and_the_others_are_checked(
    frame: Frame, records: pd.DataFrame, tmp_path: Path
) -> None:
    records.to_csv(tmp_path / "good.csv", index=False)
    (tmp_path / "bad.csv").write_text("a,b\n1,2\n")
    counts = checked([tmp_path / "bad.csv", tmp_path / "good.csv"], frame, tmp_path / "o.parquet")
    assert counts.checked == N
    ((name, said),) = counts.refused
    assert name == "bad.csv" and "assigned_area" in said
    (tmp_path / "empty.csv").write_text("item_id,idsubsls,longitude,latitude\n")
    with pytest.raises(FileUnreadable, match="no rows"):
        checked([tmp_path / "empty.csv"], frame, tmp_path / "p.parquet")


def with_lists(records: pd.DataFrame) -> Context:
    """Photos that two households share, a roster, exemptions, places and an earlier period."""
    names = [f"p{i % 50}.jpg" for i in range(N)]
    n = 50
    photos = Photos(
        name=pa.array([f"p{i}.jpg" for i in range(n)]),
        sha256=pa.array([f"s{i // 2}" for i in range(n)]),
        lon=np.full(n, 115.4),
        lat=np.full(n, -8.5),
        gps_at=np.full(n, "NaT", "datetime64[us]"),
        taken_at=np.full(n, "2022-10-20T08:00:00", "datetime64[us]"),
        offset_minutes=np.full(n, np.nan),
    )
    records["foto"] = names
    records["waktu"] = [f"2022-10-20T08:{i % 60:02d}:{i % 7:02d}+07:00" for i in range(N)]
    households = records["household_key"].tolist()[:20]
    needed = np.ones(20, np.bool_)
    area = records["idsubsls"].iloc[0]
    roster = Roster(
        pa.array(households), pa.array([area] * 20), needed, needed, frozenset([area]), {area: 900}
    )
    exemption = Exemption(ExemptionScope.ENUMERATOR, "e3", EVERY_CODE, "visited", "pml-1")
    lineage = Lineage.of([Succession("5105010001009900", CODES[0])])
    places = Places(pa.array(["kantor"]), pa.array(["office"]), np.array([115.4]), np.array([-8.5]))
    return Context(
        photos=photos,
        roster=roster,
        exemptions=Exemptions([exemption]),
        lineage=lineage,
        places=places,
    )


@pytest.mark.parametrize("seed", [1, 2])
def test_with_every_list_the_findings_are_the_same_however_the_input_is_cut(
    frame: Frame, records: pd.DataFrame, tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = records.copy()
    context = with_lists(records)
    records.to_csv(tmp_path / "all.csv", index=False)
    whole = checked([tmp_path / "all.csv"], frame, tmp_path / "whole.parquet", context=context)
    assert whole.roll_ups is not None
    found = {code for code, _ in whole.findings}
    assert {"PHOTO_REUSED", "RAPID_SUCCESSION", "IMPOSSIBLE_TRAVEL", "PHOTO_GPS_MISMATCH"} <= found
    assert {"PHOTO_REQUIRED_MISSING", "AREA_UNDERCOVERED"} & set(
        whole.roll_ups.findings.column("code").to_pylist()
    )
    monkeypatch.setattr(parquet, "ROWS_AT_ONCE", 41)
    rows = np.random.default_rng(seed).permutation(N)
    files = []
    for i, some in enumerate(np.array_split(rows, 3)):
        files.append(tmp_path / f"part{i}.parquet")
        pq.write_table(pa.Table.from_pandas(records.iloc[some], preserve_index=False), files[-1])
    cut = checked(files, frame, tmp_path / "cut.parquet", context=context, n_buckets=seed * 3)
    assert told(tmp_path / "cut.parquet") == told(tmp_path / "whole.parquet")
    assert cut.roll_ups is not None
    assert cut.roll_ups.findings == whole.roll_ups.findings
    assert cut.roll_ups.not_assessed == whole.roll_ups.not_assessed
