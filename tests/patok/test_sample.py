"""The sample kabupaten and its households: what is promised of them, judged without Patok's own engine."""

from __future__ import annotations

import hashlib
import itertools
import json
import math
import re

import numpy as np
import pandas as pd
import pytest
import shapely

from geo.codes import SCHEMES
from geo.errors import ValueRefused
from geo.levels import Level
from patok.sample import make_geotags, make_kabupaten, write_sample
from patok.sample.plane import LocalPlane

BPS = SCHEMES["bps"]
LEVELS = [Level.KAB, Level.KEC, Level.DESA, Level.SLS, Level.SUBSLS]
SMALL = {"n_kec": 3, "n_desa": 9, "n_subsls": 150}


@pytest.fixture(scope="module")
def tables():
    return make_kabupaten()


@pytest.fixture(scope="module")
def sample(tables):
    return make_geotags(tables)


@pytest.fixture(scope="module")
def joined(tables, sample):
    """One row per household: its area's row, sigma, numbers where the texts are any, and codes planted."""
    rows, planted = sample
    rows = rows.copy()
    table = tables[Level.SUBSLS]
    row_of = {code: i for i, code in enumerate(table.codes)}
    rows["row"] = [row_of.get(code, -1) for code in rows["level_6_full_code"]]
    rows["lon"], rows["lat"] = _numbers(rows["geotag_longitude"]), _numbers(rows["geotag_latitude"])
    accuracy = rows["geotag_accuracy"].astype(float)
    rows["sigma"] = np.hypot(np.maximum(2, accuracy / 1.5096), 5)
    codes = planted.groupby("assignment_id")["code"].agg(frozenset)
    rows["codes"] = [codes.get(key, frozenset()) for key in rows["assignment_id"]]
    return rows


def _numbers(texts: pd.Series) -> list[float]:
    plain = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?", re.ASCII)
    return [float(text) if plain.fullmatch(text) else math.nan for text in texts]


def _plane(tables) -> LocalPlane:
    x, y = tables[Level.KAB].geometries[0].centroid.coords[0]
    return LocalPlane(x, y)


def _digest(tables) -> str:
    digest = hashlib.sha256()
    for table in tables.values():
        digest.update(json.dumps([table.codes, table.names, table.attributes, table.file_rows]).encode())
        digest.update(b"".join(shapely.to_wkb(table.geometries)))
    return digest.hexdigest()


def _assert_clean_coverage(tables) -> None:
    for level, table in tables.items():
        assert shapely.is_valid(table.geometries).all(), level
        assert shapely.coverage_is_valid(table.geometries), level
        union = shapely.get_parts(shapely.coverage_union_all(table.geometries))
        assert shapely.get_num_interior_rings(union).sum() == 0, f"{level}: a gap inside"
        xy = shapely.get_coordinates(table.geometries)
        assert np.array_equal(np.round(xy, 6), xy), f"{level}: off the grid"
        assert set(shapely.get_type_id(table.geometries)) == {shapely.GeometryType.MULTIPOLYGON}


def _assert_parents_are_their_children(tables) -> None:
    for upper, lower in itertools.pairwise(LEVELS):
        width = BPS.widths[upper]
        parents = np.array([code[:width] for code in tables[lower].codes])
        assert set(parents) == set(tables[upper].codes)
        for code, geometry in zip(tables[upper].codes, tables[upper].geometries, strict=True):
            children = tables[lower].geometries[parents == code]
            union = shapely.coverage_union_all(children)
            assert shapely.normalize(shapely.multipolygons(shapely.get_parts(union))) == shapely.normalize(
                geometry
            )


def test_counts_and_levels(tables):
    assert list(tables) == LEVELS
    assert [len(tables[level]) for level in (Level.KAB, Level.KEC, Level.DESA, Level.SUBSLS)] == [
        1,
        7,
        60,
        900,
    ]
    assert 600 < len(tables[Level.SLS]) < 900
    for level, table in tables.items():
        assert table.level is level
        assert (
            len(table.names)
            == len(table.attributes)
            == len(table.file_rows)
            == len(table.geometries)
            == len(table)
        )
        assert all(table.names)


def test_each_level_is_a_clean_coverage(tables):
    _assert_clean_coverage(tables)


def test_parents_are_exactly_their_children(tables):
    _assert_parents_are_their_children(tables)


TINY = {"n_kec": 1, "n_desa": 3, "n_subsls": 40}


@pytest.mark.parametrize(
    ("seed", "size"),
    [(2, {}), *((seed, SMALL) for seed in range(4)), *((seed, TINY) for seed in range(4))],
)
def test_other_seeds_and_sizes_are_as_clean(seed, size):
    tables = make_kabupaten(seed, **size)
    _assert_clean_coverage(tables)
    _assert_parents_are_their_children(tables)


def test_same_seed_same_bytes():
    assert _digest(make_kabupaten(5, **SMALL)) == _digest(make_kabupaten(5, **SMALL))
    assert _digest(make_kabupaten(5, **SMALL)) != _digest(make_kabupaten(6, **SMALL))


@pytest.mark.parametrize("size", [{"n_kec": 0}, {"n_desa": 8}, {"n_subsls": 400}])
def test_impossible_sizes_are_refused(size):
    with pytest.raises(ValueRefused):
        make_kabupaten(**size)


def test_codes(tables):
    for level, table in tables.items():
        assert all(BPS.is_code(code, level) for code in table.codes)
        assert len(set(table.codes)) == len(table)
    codes = tables[Level.SUBSLS].codes
    assert min(int(code) for code in codes) > 2**53
    # In a table of floats, an odd code becomes another one.
    assert any(int(float(code)) != int(code) for code in codes)


def test_undivided_or_numbered_from_one(tables):
    subs: dict[str, list[str]] = {}
    for code in tables[Level.SUBSLS].codes:
        subs.setdefault(code[:14], []).append(code[14:])
    divided = [sub for sub in subs.values() if sub != ["00"]]
    assert len(divided) > 50
    for sub in divided:
        assert sub == [f"{i:02d}" for i in range(1, len(sub) + 1)] and len(sub) > 1


def test_enclave_bay_and_islands(tables):
    kab = tables[Level.KAB].geometries[0]
    assert len(kab.geoms) >= 3
    largest = max(kab.geoms, key=lambda part: part.area)
    assert largest.area < 0.8 * largest.convex_hull.area
    for level in (Level.DESA, Level.SUBSLS):
        geometries = tables[level].geometries
        rings = [ring for geometry in geometries for part in geometry.geoms for ring in part.interiors]
        holes = shapely.polygons(rings)
        inside = shapely.STRtree(geometries).query(holes, predicate="contains")
        assert len(inside[0]) >= 1, f"{level}: nothing lies wholly inside another"


def test_special_areas(tables):
    attributes = tables[Level.SUBSLS].attributes
    first_digit = {a["kdsls"][0] for a in attributes if a["kdsls"] >= "1000"}
    assert {"1", "2", "5"} <= first_digit
    assert all(a["kk"] == 0 for a in attributes if a["kdsls"] >= "1000")
    assert {"1", "4", "6", "8", "11"} <= {a["dominan"] for a in attributes}
    assert {a["dominan"] for a in attributes if a["khusus"] == "1"} == {"4", "6", "8"}
    assert any(a["nm_gedung"] and int(a["tingkat"]) > 1 for a in attributes)


def test_attributes_of_the_upload(tables):
    mandatory = (
        "kdprov nmprov kdkab nmkab kdkec nmkec kddesa nmdesa kdsls nmsls idsls kdsubsls idsubsls "
        "rw_dki tingkat nm_gedung posisi"
    )
    for code, a in zip(tables[Level.SUBSLS].codes, tables[Level.SUBSLS].attributes, strict=True):
        assert set(mandatory.split()) <= set(a)
        assert (
            a["kdprov"] + a["kdkab"] + a["kdkec"] + a["kddesa"] + a["kdsls"] + a["kdsubsls"]
            == code
            == a["idsubsls"]
        )
        assert a["muatan"] == max(a["btt"], a["kk"]) + a["bttk"] + a["bbtt_nonusaha"] + a["usaha"]
        assert a["btt"] <= a["kk"] and a["bku"] <= a["usaha"]
        assert a["kk"] == 0 or a["usaha"] <= a["kk"] + a["btt"]
        assert a["periode"] == "2025_2"
    assert tables[Level.KAB].attributes[0]["kk"] == sum(a["kk"] for a in tables[Level.SUBSLS].attributes)


def test_sizes_are_those_of_real_ones(tables):
    table = tables[Level.SUBSLS]
    metres = _plane(tables).geometries_to_metres(table.geometries)
    squares = shapely.area(metres)
    assert squares == pytest.approx([a["luas"] for a in table.attributes], rel=2e-3)
    widths = np.sqrt(squares)
    assert 400 < np.median(widths) < 1_000
    assert widths.min() < 80 and widths.max() > 2_500
    vertices = shapely.get_num_coordinates(table.geometries)
    assert 50 < np.median(vertices) < 110


def test_households_are_deterministic(tables, sample):
    rows, planted = make_geotags(tables)
    pd.testing.assert_frame_equal(rows, sample[0])
    pd.testing.assert_frame_equal(planted, sample[1])
    assert not make_geotags(tables, seed=2, n=4_000)[0]["geotag_longitude"].equals(
        rows["geotag_longitude"][:4_000]
    )


def test_rows(sample):
    rows, planted = sample
    assert len(rows) == 40_000
    assert rows["assignment_id"].is_unique and rows["household_key"].is_unique
    assert all(pd.api.types.is_string_dtype(kind) for kind in rows.dtypes)
    assert set(planted["assignment_id"]) <= set(rows["assignment_id"])
    assert list(planted) == ["assignment_id", "code", "severity", "needs_judgement", "note"]
    assert not planted.duplicated(["assignment_id", "code"]).any()


def test_each_kind_is_planted_often_enough(sample):
    _, planted = sample
    kinds = planted["code"].value_counts()
    assert len(kinds) == 17
    assert kinds.min() >= 20
    assert (planted.groupby(["code", "severity"]).size() >= 20).all()


def test_one_fault_per_household_but_for_a_coarse_fix(joined):
    together = {codes - {"ACCURACY_POOR"} for codes in joined["codes"]}
    together = {codes for codes in together if len(codes) > 1}
    assert together == {
        frozenset({"COORDINATE_SENTINEL", "COORDINATE_OUT_OF_RANGE"}),
        frozenset({"PRESUMED_SWAPPED_COORDINATE", "COORDINATE_OUT_OF_RANGE"}),
        frozenset({"PRESUMED_NEGATED_LATITUDE", "IN_NO_AREA"}),
        frozenset({"PRESUMED_NEGATED_LONGITUDE", "IN_NO_AREA"}),
        frozenset({"PRESUMED_SLIPPED_DIGIT", "IN_NO_AREA"}),
    }


def test_clean_households_are_clean(tables, joined):
    clean = joined[joined["codes"] == frozenset()]
    assert len(clean) > 35_000
    assert (clean["row"] >= 0).all()
    polygons = tables[Level.SUBSLS].geometries[clean["row"]]
    assert shapely.contains_xy(polygons, clean["lon"], clean["lat"]).all()
    for column in ("geotag_longitude", "geotag_latitude"):
        assert clean[column].str.fullmatch(r"-?[0-9]+\.[0-9]{7}").all()
    accuracy = clean["geotag_accuracy"].astype(float)
    assert 4 < accuracy.median() < 15 and accuracy.min() > 0


def test_households_follow_the_families(tables, joined):
    kk = np.array([a["kk"] for a in tables[Level.SUBSLS].attributes])
    settled = np.bincount(joined.loc[joined["row"] >= 0, "row"], minlength=len(kk))
    assert (settled[kk == 0] == 0).all()
    assert np.corrcoef(kk, settled)[0, 1] > 0.99


def _with_code(joined: pd.DataFrame, code: str) -> set[str]:
    return set(joined.loc[[code in codes for codes in joined["codes"]], "assignment_id"])


def test_unusable_coordinates_are_exactly_the_planted(joined):
    lon, lat = joined["geotag_longitude"].str.strip(), joined["geotag_latitude"].str.strip()
    missing = (lon == "") | (lat == "")
    invalid = ~missing & (joined["lon"].isna() | joined["lat"].isna())
    too_far = (joined["lon"].abs() > 180) | (joined["lat"].abs() > 90)
    out_of_range = joined["lon"].notna() & joined["lat"].notna() & too_far
    zero = (joined["lon"] == 0) & (joined["lat"] == 0)
    for code, found in (
        ("COORDINATE_MISSING", missing),
        ("COORDINATE_INVALID", invalid),
        ("COORDINATE_OUT_OF_RANGE", out_of_range),
        ("ZERO_COORDINATE", zero),
    ):
        assert set(joined.loc[found, "assignment_id"]) == _with_code(joined, code), code


def test_few_decimals_are_exactly_the_planted(joined, sample):
    place = joined["lon"].between(-180, 180) & joined["lat"].between(-90, 90) & (joined["lon"] != 0)
    decimals = joined.loc[place, ["geotag_longitude", "geotag_latitude"]].map(
        lambda t: len(t.partition(".")[2])
    )
    fewest = decimals.min(axis=1)
    few = dict(zip(joined.loc[place, "assignment_id"], fewest, strict=True))
    planted = sample[1][sample[1]["code"] == "COORDINATE_PRECISION_LOW"]
    assert {key for key, n in few.items() if n < 5} == set(planted["assignment_id"])
    for key, severity in zip(planted["assignment_id"], planted["severity"], strict=True):
        assert (few[key] < 4) == (severity == "error")
    cut = joined[joined["assignment_id"].isin(planted["assignment_id"])]
    assert (decimals.loc[cut.index].max(axis=1) > fewest.loc[cut.index]).any()


def test_a_building_number_names_one_building(joined):
    known = joined[joined["row"] >= 0]
    assert not known.duplicated(["level_6_full_code", "no_bang", "no_keluarga"]).any()


def test_unknown_areas_are_exactly_the_planted(joined):
    assert set(joined.loc[joined["row"] < 0, "assignment_id"]) == _with_code(joined, "AREA_UNKNOWN")
    codes = joined.loc[joined["row"] < 0, "level_6_full_code"]
    assert codes.str.fullmatch(r"9\.469[0-9]*E\+15").sum() >= 20
    assert (codes.str.len() == 16).sum() >= 60


def test_copied_coordinates_are_exactly_the_planted(tables, joined, sample):
    special = np.array([a["dominan"] in ("4", "5", "6", "8") for a in tables[Level.SUBSLS].attributes])
    place = joined["lon"].between(-180, 180) & joined["lat"].between(-90, 90) & (joined["lon"] != 0)
    place &= ~(special[joined["row"]] & (joined["row"] >= 0))
    rows = joined[place].assign(building=joined["level_6_full_code"] + "#" + joined["no_bang"])
    keys = [np.rint(rows[column] * 1e7).astype("int64") for column in ("lon", "lat")]
    buildings = rows.groupby(keys)["building"].transform("nunique")
    planted = sample[1][sample[1]["code"] == "DUPLICATE_COORDINATE"].set_index("assignment_id")["severity"]
    found = pd.Series(np.where(buildings >= 3, "error", "review"), index=rows["assignment_id"])[
        buildings.to_numpy() > 1
    ]
    assert found.to_dict() == planted.to_dict()


def test_rightly_equal_coordinates_are_there_too(tables, joined):
    special = np.array([a["khusus"] == "1" for a in tables[Level.SUBSLS].attributes])
    clean = joined[joined["codes"] == frozenset()]
    same = clean.duplicated(["geotag_longitude", "geotag_latitude"], keep=False)
    assert (same & special[clean["row"]]).sum() > 100
    shared = clean[same & ~special[clean["row"]]]
    assert len(shared) > 100
    assert shared.groupby(["geotag_longitude", "geotag_latitude"])["no_bang"].nunique().max() == 1


def _distance_m(tables, rows: pd.DataFrame) -> np.ndarray:
    """Signed distance to the assigned area, positive inside, in a plane around each point."""
    found = []
    for row, lon, lat in zip(rows["row"], rows["lon"], rows["lat"], strict=True):
        plane = LocalPlane(lon, lat)
        area = shapely.transform(tables[Level.SUBSLS].geometries[row], plane.to_metres)
        origin = shapely.Point(0, 0)
        away = area.boundary.distance(origin)
        found.append(away if area.contains(origin) else -away)
    return np.array(found)


def test_outside_means_outside_beyond_doubt(tables, joined, sample):
    rows = joined[joined["codes"] == frozenset({"OUTSIDE_ASSIGNED_AREA"})]
    away = -_distance_m(tables, rows)
    assert (away > 6 * rows["sigma"]).all()
    points = shapely.points(rows["lon"], rows["lat"])
    point, there = shapely.STRtree(tables[Level.SUBSLS].geometries).query(points, predicate="within")
    assert np.array_equal(np.sort(point), np.arange(len(rows)))
    codes = np.array(tables[Level.SUBSLS].codes)
    same_desa = [
        codes[a][:10] == codes[b][:10] for a, b in zip(rows["row"].to_numpy()[point], there, strict=True)
    ]
    severity = sample[1].set_index("assignment_id")["severity"][rows["assignment_id"].iloc[point]]
    assert np.array_equal(severity == "review", np.array(same_desa) & (away[point] < 500))
    assert (np.abs(away[point][same_desa] - 500) > 40).all()


def test_in_no_area_means_far_from_all(tables, joined):
    rows = joined[joined["codes"] == frozenset({"IN_NO_AREA"})]
    plane = _plane(tables)
    kab = plane.geometries_to_metres(tables[Level.KAB].geometries)[0]
    points = shapely.points(plane.to_metres(rows[["lon", "lat"]].to_numpy()))
    assert (shapely.distance(kab, points) > 6 * rows["sigma"]).all()


def test_uncertain_means_just_outside(tables, joined):
    rows = joined[joined["codes"] == frozenset({"MEMBERSHIP_UNCERTAIN"})]
    share = -_distance_m(tables, rows) / rows["sigma"]
    assert share.between(0.29, 1.51).all()


def test_not_decisive_means_inside_yet_mostly_out(tables, joined):
    rows = joined[joined["codes"] == frozenset({"POSITION_NOT_DECISIVE"})]
    assert (_distance_m(tables, rows) > 0).all()
    steps = np.linspace(-4, 4, 81)
    x, y = (axis.ravel() for axis in np.meshgrid(steps, steps))
    weight = np.exp(-(x**2 + y**2) / 2)
    for row, lon, lat, sigma in rows[["row", "lon", "lat", "sigma"]].itertuples(index=False):
        area = shapely.transform(tables[Level.SUBSLS].geometries[row], LocalPlane(lon, lat).to_metres)
        shapely.prepare(area)
        inside = shapely.contains_xy(area, x * sigma, y * sigma)
        assert weight[inside].sum() / weight.sum() < 0.48


def test_wrong_signs_and_swaps_come_back(tables, joined):
    for code, turned in (
        ("PRESUMED_SWAPPED_COORDINATE", lambda lon, lat: (lat, lon)),
        ("PRESUMED_NEGATED_LATITUDE", lambda lon, lat: (lon, -lat)),
        ("PRESUMED_NEGATED_LONGITUDE", lambda lon, lat: (-lon, lat)),
    ):
        rows = joined[[code in codes for codes in joined["codes"]]]
        lon, lat = turned(rows["lon"], rows["lat"])
        assert shapely.contains_xy(tables[Level.SUBSLS].geometries[rows["row"]], lon, lat).all(), code


def test_too_few_households_are_refused(tables):
    with pytest.raises(ValueRefused):
        make_geotags(tables, n=100)


def test_a_small_sample_has_every_fault():
    rows, planted = make_geotags(make_kabupaten(3, **SMALL), seed=3, n=6_000)
    assert len(rows) == 6_000
    assert planted["code"].nunique() == 17


def test_written_files_read_back(tables, sample, tmp_path):
    paths = write_sample(tmp_path / "new", tables, sample[0])
    assert set(paths) == {"kab", "kec", "desa", "sls", "subsls", "geotags"}
    for level, table in tables.items():
        features = json.loads(paths[level.value].read_text(encoding="utf-8"))["features"]
        assert [feature["properties"] for feature in features] == table.attributes
        read = shapely.from_geojson([json.dumps(feature["geometry"]) for feature in features])
        assert shapely.equals_exact(read, table.geometries, tolerance=0).all()
    again = pd.read_csv(paths["geotags"], dtype="str", keep_default_na=False)
    pd.testing.assert_frame_equal(again, sample[0])


def test_writing_twice_gives_the_same_bytes(tables, sample, tmp_path):
    one, two = (write_sample(tmp_path / name, tables, sample[0]) for name in "ab")
    for key, path in one.items():
        assert path.read_bytes() == two[key].read_bytes()
