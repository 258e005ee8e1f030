"""The made-up country of the benchmarks: what is promised of areas and geotags, judged by other libraries."""

from __future__ import annotations

from pathlib import Path

import country
import generate
import geopandas
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import shapely

from geo.codes import SCHEMES
from geo.levels import Level

BPS = SCHEMES["bps"]
N_AREAS, N_GEOTAGS, PER_GROUP = 6_000, 60_000, 20_000  # two kabupaten and a part of a third


def _write(folder: Path, plan: country.Plan, **options: object) -> Path:
    folder.mkdir(exist_ok=True)
    generate.write_areas(folder / "areas.parquet", plan)
    generate.write_geotags(folder / "geotags.parquet", plan, per_group=PER_GROUP, **options)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _write(tmp_path_factory.mktemp("work"), country.Plan.of(N_AREAS, N_GEOTAGS))


@pytest.fixture(scope="module")
def areas(folder: Path) -> geopandas.GeoDataFrame:
    return geopandas.read_parquet(folder / "areas.parquet")


@pytest.fixture(scope="module")
def geotags(folder: Path, areas: geopandas.GeoDataFrame) -> pd.DataFrame:
    """The geotags with the polygon that each claims and whether it lies inside."""
    table = pd.read_parquet(folder / "geotags.parquet")
    row = areas["idsubsls"].searchsorted(table["idsubsls"])
    assert (areas["idsubsls"].to_numpy()[row] == table["idsubsls"].to_numpy()).all()
    table["polygon"] = areas.geometry.to_numpy()[row]
    table["inside"] = shapely.intersects_xy(table["polygon"], table["longitude"], table["latitude"])
    return table


def test_areas_are_a_coverage_without_gaps(areas: geopandas.GeoDataFrame) -> None:
    polygons = areas.geometry.to_numpy()
    assert len(polygons) == N_AREAS
    assert shapely.is_valid(polygons).all()
    assert shapely.is_ccw(shapely.get_exterior_ring(polygons)).all()
    assert shapely.coverage_is_valid(polygons)
    kabs = shapely.get_parts(shapely.coverage_union_all(polygons))
    assert len(kabs) == 3
    assert shapely.get_num_interior_rings(kabs).sum() == 0


def test_areas_have_the_size_that_is_promised(areas: geopandas.GeoDataFrame) -> None:
    polygons = areas.geometry.to_numpy()
    distinct = shapely.get_num_coordinates(polygons) - 1
    assert distinct.mean() == pytest.approx(98, abs=1)
    assert len(np.unique(distinct)) > 20
    across_m = np.sqrt(areas.to_crs("ESRI:54034").area)  # equal-area
    assert across_m.between(400, 1100).all()
    west, south, east, north = areas.total_bounds
    assert west >= 95 and east <= 141 and south >= -10 and north <= 5


def test_the_country_ends_within_indonesia() -> None:
    for kab in (0, country.MAX_AREAS // country.AREAS_PER_KAB - 1):
        west, south, east, north = shapely.total_bounds(
            country.make_polygons(country.make_kabupaten(country.SEED, kab))
        )
        assert west >= 95 and east <= 141 and south >= -10 and north <= 5


def test_kabupaten_keep_apart() -> None:
    kabs = range(3 * country.KABS_PER_PROVINCE)  # three strips of the map
    corners = [country.make_kabupaten(country.SEED, kab).vertices for kab in kabs]
    used = [vertices[:, 0] for vertices in corners]  # where edges begin; an edge bulges by less than a cell
    boxes = np.array([[*places.min(axis=0), *places.max(axis=0)] for places in used]) / 1e6
    boxes += [-0.01, -0.01, 0.02, 0.02]
    one, other = shapely.STRtree(shapely.box(*boxes.T)).query(shapely.box(*boxes.T), predicate="intersects")
    assert (one == other).all()


def test_file_of_areas(folder: Path, areas: geopandas.GeoDataFrame) -> None:
    assert areas.crs.to_epsg() == 4326
    assert list(areas.columns) == ["idsubsls", "nmsls", "geometry"]
    assert pq.read_schema(folder / "areas.parquet").metadata[b"geo"].startswith(b'{"version": "1.1.0"')
    xy = shapely.get_coordinates(areas.geometry.to_numpy())
    assert np.array_equal(np.round(xy, 6), xy)


def test_row_groups_of_ten_thousand_areas(tmp_path: Path) -> None:
    generate.write_areas(tmp_path / "areas.parquet", country.Plan.of(12_600, 0))
    written = pq.read_metadata(tmp_path / "areas.parquet")
    assert [written.row_group(i).num_rows for i in range(written.num_row_groups)] == [10_000, 2_600]


def test_codes(areas: geopandas.GeoDataFrame) -> None:
    codes = list(areas["idsubsls"])
    assert codes == sorted(set(codes))
    assert all(BPS.is_code(code, Level.SUBSLS) for code in codes)
    assert {code[:4] for code in codes} == {"1101", "1102", "1103"}
    assert all(0 < int(code[10:14]) < 1000 for code in codes)
    assert list(areas["nmsls"]) == [f"RT {code[11:14]}" for code in codes]
    parts: dict[str, list[str]] = {}
    for code in codes:
        parts.setdefault(code[:14], []).append(code[14:])
    divided = [part for part in parts.values() if part != ["00"]]
    assert len(divided) > 100
    assert all(part == [f"{i:02d}" for i in range(1, len(part) + 1)] and len(part) > 1 for part in divided)


def test_codes_of_the_whole_country_rise() -> None:
    codes = country.Plan.of(country.MAX_AREAS, 0).codes
    assert (np.diff(codes) > 0).all()
    assert set(codes // 10**14) == set(country.PROVINCES)


def test_file_of_geotags(folder: Path, geotags: pd.DataFrame) -> None:
    schema = pq.read_schema(folder / "geotags.parquet")
    assert {field.name: str(field.type) for field in schema} == {
        "item_id": "string",
        "household_key": "string",
        "building_no": "string",
        "idsubsls": "string",
        "longitude": "double",
        "latitude": "double",
        "accuracy": "double",
        "enumerator_id": "string",
        "captured_at": "timestamp[us, tz=UTC]",
    }
    written = pq.read_metadata(folder / "geotags.parquet")
    assert [written.row_group(i).num_rows for i in range(3)] == [PER_GROUP] * 3
    kabs = geotags["idsubsls"].str[:4]
    assert [kabs[i : i + PER_GROUP].nunique() for i in range(0, N_GEOTAGS, PER_GROUP)] == [1, 2, 2]
    assert geotags["item_id"].is_unique and geotags["household_key"].is_unique
    assert geotags["building_no"].str.fullmatch("[0-9]{4}").all()
    assert not geotags.duplicated(["idsubsls", "building_no"]).any()


def test_share_outside(geotags: pd.DataFrame) -> None:
    assert 1 - geotags["inside"].mean() == pytest.approx(0.035, abs=0.005)


def test_distances_to_the_border_are_continuous(geotags: pd.DataFrame) -> None:
    some = geotags.sample(20_000, random_state=1)
    away_m = 111_000 * shapely.distance(
        shapely.boundary(some["polygon"]), shapely.points(some["longitude"], some["latitude"])
    )
    signed = np.where(some["inside"], away_m, -away_m)
    for low, high in ((-200, -100), (-100, -50), (-50, -20), (-20, -5), (-5, 0), (0, 5), (5, 20), (20, 50)):
        assert ((signed >= low) & (signed < high)).sum() > 10, (low, high)
    assert np.median(away_m[~some["inside"]]) == pytest.approx(65, abs=20)
    assert signed.min() > -3000


def test_border_share_says_how_many_live_near_a_border() -> None:
    near = []
    for share in (0.0, 0.25, 1.0):
        plan = country.Plan.of(2_500, 20_000, border_share=share)
        record = next(country.make_geotags(plan, 0))
        edges = shapely.boundary(country.make_polygons(country.make_kabupaten(plan.seed, 0)))[record["area"]]
        near.append((shapely.distance(edges, shapely.points(record["lon"], record["lat"])) < 36e-5).mean())
    assert near[0] < near[1] - 0.02 < near[2] - 0.1


def test_accuracy(geotags: pd.DataFrame) -> None:
    assert geotags["accuracy"].median() == pytest.approx(8, abs=0.2)
    assert (geotags["accuracy"] > 30).mean() == pytest.approx(0.05, abs=0.005)


def test_one_in_a_hundred_has_the_point_of_another_household(geotags: pd.DataFrame) -> None:
    again = geotags[geotags.duplicated(["longitude", "latitude"], keep=False)]
    sizes = again.groupby(["longitude", "latitude"])["idsubsls"].agg(["size", "nunique"])
    assert set(sizes["size"]) == {2} and set(sizes["nunique"]) == {1}
    assert len(sizes) / N_GEOTAGS == pytest.approx(0.009, abs=0.002)  # some are alone in their area


def test_enumerators(geotags: pd.DataFrame) -> None:
    by_enumerator = geotags.sort_values("item_id").groupby("enumerator_id")
    sizes = by_enumerator.size()
    assert sizes.max() == 250 and sizes.median() == 250 and len(sizes) == 240
    assert (geotags["enumerator_id"].str[:4] == geotags["idsubsls"].str[:4]).all()
    gaps = by_enumerator["captured_at"].diff().dropna()
    assert gaps.min() >= pd.Timedelta(minutes=5)
    assert geotags["captured_at"].min() >= pd.Timestamp("2022-10-15", tz="UTC")
    assert geotags["captured_at"].max() < pd.Timestamp("2022-11-14", tz="UTC")


def test_same_seed_same_bytes(folder: Path, tmp_path: Path) -> None:
    again = _write(tmp_path / "again", country.Plan.of(N_AREAS, N_GEOTAGS))
    other = _write(tmp_path / "other", country.Plan.of(N_AREAS, N_GEOTAGS, seed=7))
    for name in ("areas.parquet", "geotags.parquet"):
        assert (folder / name).read_bytes() == (again / name).read_bytes()
        assert (folder / name).read_bytes() != (other / name).read_bytes()


def test_shuffled_has_the_same_records_mixed(folder: Path, tmp_path: Path, geotags: pd.DataFrame) -> None:
    _write(tmp_path, country.Plan.of(N_AREAS, N_GEOTAGS), shuffled=True)
    assert {path.name for path in tmp_path.iterdir()} == {"areas.parquet", "geotags.parquet"}
    shuffled = pd.read_parquet(tmp_path / "geotags.parquet")
    assert shuffled["idsubsls"][:PER_GROUP].str[:4].nunique() == 3
    ordered = geotags.drop(columns=["polygon", "inside"])
    pd.testing.assert_frame_equal(
        shuffled.sort_values("item_id", ignore_index=True), ordered.sort_values("item_id", ignore_index=True)
    )


def test_a_dense_kabupaten_is_made_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(country, "GEOTAGS_PER_PIECE", 1_000)
    pieces = list(country.make_geotags(country.Plan.of(10, 2_300), 0))
    assert [len(piece) for piece in pieces] == [1_000, 1_000, 300]
    record = np.concatenate(pieces)
    assert np.array_equal(record["item"], np.arange(2_300))
    assert np.unique(record["enumerator"], return_counts=True)[1].tolist() == [250] * 9 + [50]


@pytest.mark.parametrize(("n_areas", "n_geotags"), [(0, 1), (country.MAX_AREAS + 1, 1), (1, -1)])
def test_impossible_numbers_are_refused(n_areas: int, n_geotags: int) -> None:
    with pytest.raises(ValueError, match=r"room|cannot"):
        country.Plan.of(n_areas, n_geotags)


def test_nothing_asked_for_is_an_empty_file(tmp_path: Path) -> None:
    for shuffled in (False, True):
        _write(tmp_path, country.Plan.of(1, 0), shuffled=shuffled)
        assert len(pq.read_table(tmp_path / "geotags.parquet")) == 0
