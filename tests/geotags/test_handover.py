"""The GS file and the muatan table: every count comes out again, no point is moved, none is guessed."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from boundaries.assembly import frame_of_tables
from boundaries.intake import read_areas
from geo.checks.protocol import Severity
from geo.codes import SCHEMES
from geo.engine import check_geotags
from geo.errors import ColumnMissing, FormatUnknown, ValueRefused
from geo.frame import Frame
from geo.levels import Level
from geo.text import LANGUAGES
from geotags.formats.raw import RawGeotags
from geotags.handover.counts import COUNTS, check_sums, muatan_of, read_counts
from geotags.handover.gs import FLAGS, Flag, GsTable, gs_fields, gs_rows, make_gs, write_gs
from geotags.handover.muatan import TABLE_COUNTS, MuatanTable, make_muatan, write_faults, write_muatan
from geotags.handover.overlay import codes_at, locate
from geotags.handover.periods import period_of, short_period
from geotags.handover.records import Records, gather_records, read_records, write_aside
from tests.geo.shapes import frame_of, layer_of
from tests.geotags.world import SIDE, SOUTH, WEST, area_code, boundary_file, place_of

BPS = SCHEMES["bps"]
A, B, C = (area_code("9471", nth) for nth in range(3))
PERIOD = "2026_1"
GS_FIELDS = (
    "id_assignment,unique_bang,flag_position,idsubsls_origin,idsubsls_261,latitude_origin,longitude_origin,"
    "latitude_edited,longitude_edited,no_bang,kode_bang_value,kk,btt,bku,bttk,bbtt_nonusaha,usaha"
)
MUATAN_FIELDS = (
    "idsubsls_261,kdprov,nmprov,kdkab,nmkab,kdkec,nmkec,kddesa,nmdesa,kdsls,nmsls,"
    "kk,btt,bttk,bku,bbtt_nonusaha,usaha"
)


def frame(*codes: str, **rest: Any) -> Frame:
    return frame_of_tables(BPS, {Level.SUBSLS: boundary_file(codes or [A, B]).areas}, **rest)


def record(item: str, area: str, place: tuple[float, float] | None, no_bang: str = "1", **more: str) -> Any:
    lon, lat = ("", "") if place is None else (f"{place[0]:.7f}", f"{place[1]:.7f}")
    plain = {"id_assignment": item, "level_6_full_code": area, "no_bang": no_bang}
    where = {"geotag_longitude": lon, "geotag_latitude": lat, "geotag_accuracy": "5"}
    return plain | where | dict.fromkeys(COUNTS, "0") | {"kode_bang_value": "2"} | more


def records_of(rows: list[dict[str, str]], columns: Any = None, **options: Any) -> Records:
    names = list(dict.fromkeys(name for row in rows for name in row))
    raw = RawGeotags({n: pa.array([row.get(n) for row in rows], pa.string()) for n in names}, first_row=2)
    return gather_records(raw, "titik.csv", columns, **options)


def columns_of(table: GsTable, **options: Any) -> dict[str, list[Any]]:
    return dict(zip(table.fields, map(list, zip(*gs_rows(table, **options), strict=True)), strict=True))


def gs(
    rows: list[dict[str, str]], first: Frame | None = None, second: Frame | None = None, **more: Any
) -> Any:
    first = first or frame()
    return columns_of(make_gs(records_of(rows), first, second or first, PERIOD, **more))


# ------------------------------------------------------------------------------------------------ counts


def test_counts_are_whole_numbers_however_they_are_written() -> None:
    columns = {"kk": pa.array(["3", " 03 ", "3.0", "0", None, ""]), "usaha": pa.array(["1"] * 6)}
    counts = read_counts("titik.csv", columns, 6)
    assert counts.values[:, COUNTS.index("kk")].tolist() == [3, 3, 3, 0, 0, 0]
    assert counts.values[:, COUNTS.index("usaha")].tolist() == [1] * 6
    assert counts.faults == ()
    missing = "titik.csv has no column {}: every record counts 0 in it"
    assert {note.say("en") for note in counts.notes} == {
        "titik.csv, column kk: 2 empty cells count 0",
        *(missing.format(name) for name in ("btt", "bku", "bttk", "bbtt_nonusaha")),
    }


@pytest.mark.parametrize("text", ["-1", "2.5", "1e3", "dua", "3,0", "²", "99999999999", "115.4012345", "nan"])
def test_what_is_no_count_is_a_fault_and_never_none(text: str) -> None:
    rows = [record("a", A, place_of(A), kk="1"), record("b", A, place_of(A), kk=text, btt="x")]
    records = records_of(rows)
    assert (len(records), records.n_read, records.n_aside) == (1, 2, 1)
    assert [(fault.row, fault.column) for fault in records.faults] == [(1, "kk"), (1, "btt")]
    for language in LANGUAGES:
        assert "kk" in records.faults[0].reason.say(language)
        assert text not in records.faults[0].reason.say(language)
    assert make_muatan(records, frame(), PERIOD).given.tolist() == [1, 0, 0, 0, 0, 0]


def test_numbers_of_a_table_are_counts_too() -> None:
    counts = read_counts("t", {"kk": pa.array([3.0, None]), "btt": pa.array([2, 1])}, 2)
    assert counts.values[:, :2].tolist() == [[3, 2], [0, 1]]
    assert counts.faults == ()


def test_columns_are_found_without_case_or_by_the_name_given() -> None:
    rows = [record("a", A, place_of(A)) | {"KK": "4", "jml_usaha": "7"}]
    del rows[0]["kk"]
    records = records_of(rows, {"usaha": "jml_usaha"})
    assert dict(zip(COUNTS, records.counts[0].tolist(), strict=True))["kk"] == 4
    assert dict(zip(COUNTS, records.counts[0].tolist(), strict=True))["usaha"] == 7
    with pytest.raises(ColumnMissing):
        records_of(rows, {"usaha": "none"})
    bare = [{n: v for n, v in record("a", A, place_of(A)).items() if n not in COUNTS}]
    assert records_of(bare).counts.tolist() == [[0] * 6]
    with pytest.raises(ColumnMissing):
        records_of(bare, counts_needed=True)


@given(st.lists(st.lists(st.integers(0, 9), min_size=6, max_size=6), min_size=1, max_size=30))
def test_the_rules_are_those_of_the_next_system(rows: list[list[int]]) -> None:
    sums = np.array(rows, np.int64)
    keys = [str(i) for i in range(len(rows))]
    wanted = set()
    for key, (kk, btt, bku, bttk, bbtt_nonusaha, usaha) in zip(keys, rows, strict=True):
        assert muatan_of(sums)[int(key)] == max(btt, kk) + bttk + bbtt_nonusaha + usaha
        wanted |= {(key, "btt_above_kk", "error")} if btt > kk else set()
        wanted |= {(key, "bku_above_usaha", "error")} if bku > usaha else set()
        wanted |= {(key, "usaha_above_kk_btt", "review")} if usaha > kk + btt else set()
    faults = check_sums("subsls", keys, sums)
    assert {(fault.key, fault.rule, fault.severity.word) for fault in faults} == wanted
    milder = {(fault.key, fault.rule, fault.severity) for fault in check_sums("building", keys, sums)}
    assert milder == {(fault.key, fault.rule, Severity(fault.severity - 1)) for fault in faults}
    for fault in faults:
        said = {fault.message.say(language) for language in LANGUAGES}
        assert len(said) == 2
        assert all(str(number) in text for number in fault.numbers.values() for text in said)


# ------------------------------------------------------------------------------------------------ overlay


def brute_force(areas: dict[str, Any], x: float, y: float, assigned: str) -> tuple[str, int]:
    holding = sorted(code for code, shape in areas.items() if shapely.intersects_xy(shape, x, y))
    return (assigned if assigned in holding else next(iter(holding), ""), len(holding))


boxes = st.tuples(*[st.integers(0, 6)] * 2, *[st.integers(1, 4)] * 2, st.booleans())


@settings(max_examples=60, deadline=None)
@given(st.lists(boxes, min_size=1, max_size=8), st.integers(0, 7), st.randoms(use_true_random=False))
def test_the_overlay_is_that_of_geos(drawn: list[Any], nth: int, random: Any) -> None:
    """Points on a lattice finer than the corners: inside, on edges, on corners, in holes, in overlaps."""
    areas = {}
    for i, (x, y, width, height, holed) in enumerate(drawn):
        shape = shapely.box(x, y, x + width, y + height)
        if holed and width > 2 and height > 2:
            shape = shape.difference(shapely.box(x + 1, y + 1, x + 2, y + 2))
        areas[f"{('5105', '5206')[i % 2]}{random.randrange(10**6):06d}{i:06d}"] = shape
    segments = [
        frame_of(layer_of(list(own.values()), list(own)), key=key).segments
        for key in ("5105", "5206")
        if (own := {code: shape for code, shape in areas.items() if code.startswith(key)})
    ]
    both = Frame(BPS, tuple(segment for one in segments for segment in one))
    lattice = np.arange(-1, 23) / 2
    lon, lat = (axis.ravel() for axis in np.meshgrid(lattice, lattice))
    assigned = list(areas)[nth % len(areas)]
    named = pa.array([assigned] * len(lon))
    segment, row, n_areas = locate(both, Level.SUBSLS, lon, lat, named)
    found = codes_at(both, Level.SUBSLS, segment, row).to_pylist()
    wanted = [brute_force(areas, x, y, assigned) for x, y in zip(lon, lat, strict=True)]
    assert list(zip(found, n_areas.tolist(), strict=True)) == wanted
    assert ((row < 0) == (n_areas == 0)).all()
    again = locate(both, Level.SUBSLS, lon[::-1].copy(), lat[::-1].copy(), named)
    assert codes_at(both, Level.SUBSLS, again[0], again[1]).to_pylist() == found[::-1]


def test_without_an_assigned_area_the_smallest_code_and_for_no_point_nothing() -> None:
    lon = np.array([round(WEST + SIDE, 6), np.nan, WEST + SIDE / 2, 0.0])
    lat = np.array([round(SOUTH + 2.5 * SIDE, 7), 1.0, np.nan, 0.0])
    segment, row, n_areas = locate(frame(A, B), Level.SUBSLS, lon, lat)
    assert codes_at(frame(A, B), Level.SUBSLS, segment, row).to_pylist() == [A, "", "", ""]
    assert n_areas.tolist() == [2, 0, 0, 0]
    assert [len(one) for one in locate(frame(), Level.SUBSLS, lon[:0], lat[:0])] == [0, 0, 0]
    assert locate(frame(), Level.DESA, lon, lat)[2].tolist() == [0, 0, 0, 0]


# ------------------------------------------------------------------------------------------------ GS file


def test_the_columns_are_the_offices_in_their_order_and_follow_the_period() -> None:
    assert ",".join(gs_fields(PERIOD)) == GS_FIELDS
    assert gs_fields("2025_2")[4] == "idsubsls_252"
    for wrong in ("261", "2026-1", "2026_3", ""):
        with pytest.raises(ValueRefused):
            short_period(wrong)


def test_the_period_is_the_label_or_what_all_areas_say() -> None:
    def saying(*periods: str, release: str = "subsls.geojson") -> Frame:
        attributes = [json.dumps({"periode": period}) for period in periods]
        shapes = [shapely.box(i, 0, i + 1, 1) for i in range(len(periods))]
        return frame_of(layer_of(shapes, attributes=attributes), release=release)

    assert period_of(saying("2025_1", "2025_1"), Level.SUBSLS) == "2025_1"
    assert period_of(saying("2025_1", release="2026_1"), Level.SUBSLS) == "2026_1"
    for unclear in (("2025_1", "2025_2"), ("",), ("251",), ()):
        assert period_of(saying(*unclear), Level.SUBSLS) == ""


def test_the_flag_tells_how_a_position_lies() -> None:
    metre = 1 / 110_600
    beyond = (place_of(A)[0], round(place_of(A, y=0)[1] - 40 * metre, 7))
    far_off = (place_of(A)[0], round(place_of(A, y=0)[1] - 900 * metre, 7))
    rows = [
        record("inside", A, place_of(A)),
        record("border", A, place_of(A, x=1)),
        record("just", A, beyond, geotag_accuracy="40"),
        record("other", A, place_of(B)),
        record("nowhere", A, far_off),
        record("unknown", C, place_of(A)),
        record("none", A, None),
        record("zero", A, (0.0, 0.0)),
        record("mended", A, place_of(B)),
    ]
    table = gs(rows, accepted={"mended": place_of(A, 0.2)})
    assert dict(zip(table["id_assignment"], table["flag_position"], strict=True)) == {
        "inside": "sesuai",
        "border": "sesuai",
        "just": "perlu_dilihat",
        "other": "di_luar",
        "nowhere": "tidak_di_wilayah",
        "unknown": "tidak_dinilai",
        "none": "tanpa_koordinat",
        "zero": "tanpa_koordinat",
        "mended": "usulan_diterima",
    }
    assert table["idsubsls_261"] == [A, A, "", B, "", A, "", "", A]
    assert {flag.word for flag in FLAGS} == {flag.word for flag in Flag}
    assert all(text.en != text.id for text in FLAGS.values())


def test_the_flags_say_what_the_checks_say() -> None:
    rng = np.random.default_rng(6)
    rows = [
        record(str(i), (A, B)[i % 2], (WEST + 0.03 * x, SOUTH + 2 * SIDE + 0.014 * y), geotag_accuracy="25")
        for i, (x, y) in enumerate(rng.random((400, 2)))
    ]
    records = records_of(rows)
    flags = make_gs(records, frame(), frame(), PERIOD).flag
    checked = check_geotags(records.geotags, frame(), Level.SUBSLS)
    for code, flag in (
        ("OUTSIDE_ASSIGNED_AREA", Flag.DI_LUAR),
        ("IN_NO_AREA", Flag.TIDAK_DI_WILAYAH),
        ("MEMBERSHIP_UNCERTAIN", Flag.PERLU_DILIHAT),
    ):
        assert len(checked.outcomes[code].failed) > 5
        assert checked.outcomes[code].failed.tolist() == np.flatnonzero(flags == flag).tolist()


def test_the_original_stays_and_only_an_accepted_proposal_is_an_edited_position() -> None:
    rows = [record("kept", A, place_of(B)), record("mended", A, place_of(B)), record("none", A, None)]
    proposal = {"mended": place_of(A, 0.3, 0.4), "none": place_of(A, 0.5, 0.6)}
    table = gs(rows, accepted=proposal)
    assert table["longitude_origin"] == [place_of(B)[0], place_of(B)[0], None]
    assert table["latitude_origin"] == [place_of(B)[1], place_of(B)[1], None]
    assert table["longitude_edited"] == [None, proposal["mended"][0], proposal["none"][0]]
    assert table["latitude_edited"] == [None, proposal["mended"][1], proposal["none"][1]]
    assert table["flag_position"] == ["di_luar", "usulan_diterima", "usulan_diterima"]
    numbers = columns_of(make_gs(records_of(rows), frame(), frame(), PERIOD, proposal), flags="numbers")
    assert numbers["flag_position"] == [0, 1, 1]


@pytest.mark.parametrize(
    "accepted",
    [{"nobody": (115.4, -8.6)}, {"twice": (115.4, -8.6)}, {"a": (np.nan, 0.0)}, {"a": (-8.6, 115.4)}],
)
def test_a_proposal_that_fits_no_record_is_refused_without_its_place(accepted: Any) -> None:
    rows = [record(item, A, place_of(A)) for item in ("a", "twice", "twice")]
    with pytest.raises(ValueRefused) as refused:
        gs(rows, accepted=accepted)
    assert not {"115.4", "8.6"} & set(refused.value.say("en").replace("'", " ").split())


def test_a_proposal_for_a_record_put_aside_waits_with_it() -> None:
    rows = [record("a", A, place_of(A)), record("b", A, place_of(A), kk="?")]
    assert gs(rows, accepted={"b": place_of(B)})["flag_position"] == ["sesuai"]


def test_against_a_second_release_a_retired_code_finds_its_successor() -> None:
    moved = boundary_file([C], places=[A]).areas  # the square of A is called C from now on
    second = frame_of_tables(BPS, {Level.SUBSLS: moved})
    rows = [record("a", A, place_of(A)), record("b", B, place_of(B))]
    table = gs(rows, frame(A, B), second)
    assert table["flag_position"] == ["sesuai", "sesuai"]
    assert table["idsubsls_origin"] == [A, B]
    assert table["idsubsls_261"] == [C, ""]


def test_buildings_are_known_by_area_and_number() -> None:
    numbers = ["7", "0012", "12345", "3.0", "", "12A", "-1"]
    rows = [record(str(i), A, place_of(A), no_bang=number) for i, number in enumerate(numbers)]
    rows.append(record("x", "", place_of(A), kode_bang_value="kos"))
    table = gs(rows)
    assert table["unique_bang"] == [f"{A}#0007", f"{A}#0012", f"{A}#12345", f"{A}#0003", "", "", "", ""]
    assert table["no_bang"] == ["7", "0012", "12345", "3.0", None, "12A", "-1", "1"]
    assert table["kode_bang_value"] == ["2"] * 7 + ["kos"]
    plain = gs(rows[:5])
    assert plain["no_bang"] == [7, 12, 12345, 3, None]
    assert plain["kode_bang_value"] == [2] * 5


def test_geojson_and_csv_hold_the_same(tmp_path: Path) -> None:
    odd = 'Ketut; "Wayan",\n\'é'
    rows = [
        record("a", A, place_of(A), kk="2", usaha="1"),
        record(odd, A, place_of(B), no_bang="12A"),
        record("none", A, None, no_bang=""),
        record("zero", A, (0.0, 0.0)),
    ]
    table = make_gs(records_of(rows), frame(), frame(), PERIOD, {"zero": place_of(A, 0.1)})
    write_gs(table, tmp_path / "gs.geojson")
    write_gs(table, tmp_path / "gs.csv")
    document = json.loads((tmp_path / "gs.geojson").read_text("utf-8"), parse_float=str)
    features = document["features"]
    assert [list(feature["properties"]) for feature in features] == [GS_FIELDS.split(",")] * 4
    assert [feature["geometry"] for feature in features[2:]] == [None, None]
    for feature in features[:2]:
        properties = feature["properties"]
        place = [properties["longitude_origin"], properties["latitude_origin"]]
        assert feature["geometry"] == {"type": "Point", "coordinates": place}
        assert all(len(number.partition(".")[2]) == 7 for number in place)
    assert features[3]["properties"]["longitude_origin"] == "0.0000000"
    with (tmp_path / "gs.csv").open(encoding="utf-8", newline="") as lines:
        in_csv = list(csv.DictReader(lines))
    assert in_csv == [
        {name: "" if value is None else str(value) for name, value in feature["properties"].items()}
        for feature in features
    ]
    assert in_csv[1]["id_assignment"] == odd
    read = geopandas.read_file(tmp_path / "gs.geojson")
    assert read.crs.to_epsg() == 4326
    assert read["idsubsls_origin"].tolist() == [A] * 4
    assert sorted(path.name for path in tmp_path.iterdir()) == ["gs.csv", "gs.geojson"]


def test_a_gs_file_can_be_read_again(tmp_path: Path) -> None:
    rows = [record(str(i), A, place_of(A, 0.1 * i), no_bang=str(i), kk=str(i)) for i in range(5)]
    table = make_gs(records_of(rows), frame(), frame(), PERIOD)
    write_gs(table, tmp_path / "gs.geojson")
    again = make_gs(read_records(tmp_path / "gs.geojson"), frame(), frame(), PERIOD)
    assert columns_of(again) == columns_of(table)


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = make_gs(records_of([record("a", A, place_of(A))] * 3), frame(), frame(), PERIOD)
    path = tmp_path / "gs.geojson"
    path.write_text("old")

    def full(*_: Any) -> Any:
        yield next(iter(gs_rows(table)))
        raise OSError("no space left")

    monkeypatch.setattr("geotags.handover.gs.gs_rows", full)
    with pytest.raises(ValueRefused):
        write_gs(table, path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(FormatUnknown):
        write_gs(table, tmp_path / "gs.gpkg")


# ------------------------------------------------------------------------------------------------ muatan


def muatan(rows: list[dict[str, str]], release: Frame | None = None, **options: Any) -> MuatanTable:
    return make_muatan(records_of(rows), release or frame(), PERIOD, **options)


def written(table: MuatanTable, tmp_path: Path) -> pd.DataFrame:
    write_muatan(table, tmp_path / "muatan.csv")
    return pd.read_csv(tmp_path / "muatan.csv", dtype=str, keep_default_na=False)


def test_every_area_has_a_row_and_the_rest_is_the_last(tmp_path: Path) -> None:
    rows = [
        record("a", A, place_of(A), kk="2", btt="1", usaha="3"),
        record("b", A, place_of(B), kk="4", bku="1"),
        record("c", A, None, bttk="5", bbtt_nonusaha="6"),
    ]
    areas = boundary_file([C, A, B]).areas
    for attributes in areas.attributes:
        attributes.update({"NMPROV": "PAPUA", "kdkab": "99", "nmkec": None})
    table = written(muatan(rows, frame_of_tables(BPS, {Level.SUBSLS: areas})), tmp_path)
    assert ",".join(table.columns) == MUATAN_FIELDS
    assert table["idsubsls_261"].tolist() == [A, B, C, ""]
    assert table[list(TABLE_COUNTS)].astype(int).to_numpy().tolist() == [
        [2, 1, 0, 0, 0, 3],
        [4, 0, 0, 1, 0, 0],
        [0, 0, 0, 0, 0, 0],
        [0, 0, 5, 0, 6, 0],
    ]
    first = table.iloc[0]
    assert first[["kdprov", "kdkab", "kdkec", "kddesa", "kdsls"]].tolist() == [
        "94",
        "71",
        "010",
        "001",
        "0001",
    ]
    assert first[["nmprov", "nmkab", "nmkec", "nmdesa", "nmsls"]].tolist() == ["PAPUA", "", "", "", f"RT {A}"]
    assert set(table.iloc[3][:11]) == {""}
    complete = written(muatan(rows[:2]), tmp_path)
    assert complete["idsubsls_261"].tolist() == [A, B]


one_record = st.tuples(
    st.sampled_from([A, B, C]),
    st.sampled_from([A, B, C, ""]),
    st.sampled_from(["1", "2", "3", "", "x"]),
    st.lists(st.integers(0, 4), min_size=6, max_size=6),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(one_record, max_size=40))
def test_sums_add_up_whatever_the_buildings(drawn: list[Any]) -> None:
    rows = [
        record(str(i), claimed, place_of(at) if at else None, number,
               **dict(zip(COUNTS, map(str, counts), strict=True)))
        for i, (claimed, at, number, counts) in enumerate(drawn)
    ]  # fmt: skip
    rows.append(record("last", A, place_of(A)))
    release = frame(A, B)  # C is not in it
    table = muatan(rows, release)
    given_sums = np.array([counts for *_, counts in drawn] + [[0] * 6]).sum(axis=0)
    assert table.given.tolist() == given_sums.tolist()
    assert (table.sums.sum(axis=0) + table.in_no_area).tolist() == given_sums.tolist()
    assert not table.repeated.any()
    in_gs = make_gs(records_of(rows), frame(A, B), release, PERIOD).area_code.to_pylist()
    for code, sums in [*zip((A, B), table.sums, strict=True), ("", table.in_no_area)]:
        of_code = [counts for counts, at in zip(records_of(rows).counts, in_gs, strict=True) if at == code]
        assert sums.tolist() == np.sum([[0] * 6, *of_code], axis=0).tolist()
    known = [(claimed, number) for claimed, _, number, _ in drawn if number.isdigit()] + [(A, "1")]
    assert table.buildings == len(set(known))
    assert table.records_without_building == len(rows) - len(known)
    assert table.records_in_no_area == in_gs.count("")
    once = muatan(rows, release, per_building="once")
    assert (once.sums.sum(axis=0) + once.in_no_area + once.repeated).tolist() == given_sums.tolist()
    assert (once.repeated >= 0).all()
    assert not once.repeated[[COUNTS.index(name) for name in ("kk", "bku", "usaha")]].any()


def test_a_building_may_be_counted_once() -> None:
    """Three families in one house: each record repeats that it is a house."""
    rows = [record(str(i), A, place_of(A), kk="1", btt="1", bttk="1") for i in range(3)]
    summed, once = muatan(rows), muatan(rows, per_building="once")
    assert summed.sums[0].tolist() == [3, 3, 0, 3, 0, 0]
    assert once.sums[0].tolist() == [3, 1, 0, 1, 0, 0]
    assert once.repeated.tolist() == [0, 2, 0, 2, 0, 0]


def test_a_building_in_two_areas_is_counted_where_its_records_lie_and_said() -> None:
    rows = [record("a", A, place_of(A), kk="1"), record("b", A, place_of(B), kk="1")]
    table = muatan(rows)
    assert (table.buildings, table.buildings_in_two_areas) == (1, 1)
    assert table.sums[:, 0].tolist() == [1, 1]
    assert muatan([*rows[:1], record("c", A, None)]).buildings_in_two_areas == 0


def test_rules_are_checked_per_building_and_per_area(tmp_path: Path) -> None:
    rows = [
        record("a", A, place_of(A), "1", btt="2", kk="1"),
        record("b", A, place_of(A), "2", btt="0", kk="5"),
        record("c", B, place_of(B), "1", bku="1", usaha="0", kk="1"),
        record("d", B, place_of(B), "", btt="9"),
        record("e", A, None, "9", btt="9"),
    ]
    table = muatan(rows)
    assert [(fault.level, fault.key, fault.rule, fault.severity.word) for fault in table.faults] == [
        ("subsls", B, "btt_above_kk", "error"),  # in A the families of the other building are enough
        ("subsls", B, "bku_above_usaha", "error"),
        ("building", f"{A}#0001", "btt_above_kk", "review"),
        ("building", f"{A}#0009", "btt_above_kk", "review"),
        ("building", f"{B}#0001", "bku_above_usaha", "review"),
    ]
    assert table.faults[0].numbers == {"btt": 9, "kk": 1}
    write_faults(table, tmp_path / "salah.csv", "id")
    lines = (tmp_path / "salah.csv").read_text("utf-8").splitlines()
    assert lines[1] == f'subsls,{B},btt_above_kk,error,"{B}: btt 9 melebihi kk, yaitu 1"'
    assert len(lines) == 6


def test_an_accepted_position_counts_where_it_was_accepted() -> None:
    rows = [record("a", A, place_of(B), kk="1")]
    assert muatan(rows).sums[:, 0].tolist() == [0, 1]
    assert muatan(rows, accepted={"a": place_of(A)}).sums[:, 0].tolist() == [1, 0]


def test_areas_that_the_release_withholds_are_said() -> None:
    twice = frame_of_tables(BPS, {Level.SUBSLS: boundary_file([A, A, B], places=[A, C, B]).areas})
    table = muatan([record("a", A, place_of(A), kk="1")], twice)
    assert [area[0] for area in table.areas] == [B]
    assert (table.withheld, table.records_in_no_area, table.in_no_area[0]) == (1, 1, 1)


def test_a_file_whose_every_record_is_put_aside_gives_zeros(tmp_path: Path) -> None:
    rows = [record("a", A, place_of(A), kk="?")]
    table = muatan(rows)
    assert table.sums.tolist() == [[0] * 6] * 2
    records = records_of(rows)
    write_gs(make_gs(records, frame(), frame(), PERIOD), tmp_path / "gs.geojson")
    assert json.loads((tmp_path / "gs.geojson").read_text()) == {"type": "FeatureCollection", "features": []}
    write_aside(records, tmp_path / "aside.csv", "en")
    with (tmp_path / "aside.csv").open(encoding="utf-8", newline="") as lines:
        (aside,) = csv.DictReader(lines)
    assert aside == {"file_row": "2", "reason": "column kk holds no whole number from 0 upward"} | rows[0]


# ------------------------------------------------------------------------------------------------ real areas


@pytest.mark.real_data
def test_klungkung(shared_data: Path, tmp_path: Path) -> None:
    """Random points, against a second release that lacks a village, as geopandas joins and sums them."""
    areas = read_areas(shared_data / "klungkung_5105" / "subsls.geojson", Level.SUBSLS, BPS).areas
    kept = [row for row, code in enumerate(areas.codes) if not code.startswith("5105030001")]
    first = frame_of_tables(BPS, {Level.SUBSLS: areas})
    second = frame_of_tables(BPS, {Level.SUBSLS: areas.take(kept)})
    assert period_of(first, Level.SUBSLS) == "2025_1"
    rng = np.random.default_rng(5105)
    rows = []
    for i in range(3000):
        home = int(rng.integers(len(areas)))
        at = areas.geometries[home].representative_point()
        place = (at.x + rng.normal(0, 0.002), at.y + rng.normal(0, 0.002))
        counts = dict(zip(COUNTS, map(str, rng.integers(0, 4, 6).tolist()), strict=True))
        rows.append(record(str(i), areas.codes[home], place, str(rng.integers(1, 40)), **counts))
    records = records_of(rows)
    table = make_gs(records, first, second, PERIOD)
    write_gs(table, tmp_path / "gs.geojson")
    read = geopandas.read_file(tmp_path / "gs.geojson")
    layer = geopandas.GeoDataFrame(
        {"code": [areas.codes[row] for row in kept]}, geometry=list(areas.geometries[kept]), crs=4326
    )
    joined = geopandas.sjoin(read, layer, how="left", predicate="intersects")["code"].fillna("")
    assert not joined.index.duplicated().any()
    assert read["idsubsls_261"].fillna("").tolist() == joined.tolist()
    assert set(Counter(read["flag_position"])) == {"sesuai", "perlu_dilihat", "di_luar", "tidak_di_wilayah"}

    counted = written(make_muatan(records, second, PERIOD), tmp_path)
    assert counted["idsubsls_261"].tolist() == [*sorted(areas.codes[row] for row in kept), ""]
    sums = read.assign(code=joined).groupby("code")[list(TABLE_COUNTS)].sum()
    wanted = sums.reindex(counted["idsubsls_261"]).fillna(0).astype(int)
    assert counted[list(TABLE_COUNTS)].astype(int).to_numpy().tolist() == wanted.to_numpy().tolist()
    named = counted.iloc[0]
    assert named[["kdprov", "nmprov", "kdkab", "nmkab", "kdkec"]].tolist() == [
        "51",
        "BALI",
        "05",
        "KLUNGKUNG",
        "010",
    ]
    assert (counted.iloc[:-1][["nmkec", "nmdesa", "nmsls"]] != "").all(axis=None)
