"""Vector tiles: every geotag in exactly one tile, areas with their counts, and what is refused."""

from __future__ import annotations

import math
import random
import re
from collections import Counter
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import mapbox_vector_tile
import numpy as np
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from boundaries.store.principals import Principal, Role, set_scope
from boundaries.store.reading import Access, reading
from geotags.store.campaigns import campaign_named
from geotags.store.cells import NO_CELL, cells_of, cells_of_tile
from geotags.store.tiles import TileTooFull, geotag_tile

Get = Callable[..., Any]
GEOTAGS = "/tiles/geotags/{}/{}/{}.mvt"
AREAS = "/tiles/areas/{}/{}/{}.mvt"
GRID_TILE = (12, 3361, 2145)
"""Holds most of the grid of areas, at longitude 115.4 and latitude -8.57."""


def _tile_of(lon: float, lat: float, z: int) -> tuple[int, int]:
    x = (lon + 180) / 360 * 2**z
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**z
    return min(int(x), 2**z - 1), min(max(int(y), 0), 2**z - 1)


def _around(x: int, y: int, z: int) -> set[tuple[int, int]]:
    last = 2**z - 1
    return {
        (i, j) for i in range(x - 1, x + 2) for j in range(y - 1, y + 2) if 0 <= i <= last and 0 <= j <= last
    }


def _features(client: TestClient, address: str, layer: str, **parameters: Any) -> list[dict[str, Any]]:
    answer = client.get(address, params=parameters or None)
    assert answer.status_code in (200, 204), answer.text
    if answer.status_code == 204:
        assert answer.content == b""
        return []
    assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    decoded = mapbox_vector_tile.decode(answer.content)
    assert set(decoded) == {layer}
    features: list[dict[str, Any]] = decoded[layer]["features"]
    return features


@pytest.mark.parametrize("z", [8, 11, 14, 16])
def test_every_geotag_is_in_exactly_one_tile(world: Any, client: TestClient, z: int) -> None:
    tiles: set[tuple[int, int]] = set()
    for geotag in world.on_map().values():
        tiles |= _around(*_tile_of(geotag["lon"], geotag["lat"], z), z)
    seen: Counter[int] = Counter()
    for x, y in tiles:
        for feature in _features(client, GEOTAGS.format(z, x, y), "geotags", campaign="regsosek"):
            seen[feature["properties"]["geotag_id"]] += 1
            assert all(0 <= c <= 4096 for c in feature["geometry"]["coordinates"])
    assert seen == Counter(world.on_map().keys())


def test_a_point_on_a_tile_edge_is_in_the_tile_that_begins_there(world: Any, client: TestClient) -> None:
    null_island = next(i for i, g in world.geotags.items() if (g["lon"], g["lat"]) == (0.0, 0.0))
    holding = [
        (x, y)
        for x in (127, 128)
        for y in (127, 128)
        if _features(client, GEOTAGS.format(8, x, y), "geotags", campaign="regsosek")
    ]
    assert holding == [(128, 128)]
    (feature,) = _features(client, GEOTAGS.format(8, 128, 128), "geotags", campaign="regsosek")
    assert feature["properties"]["geotag_id"] == null_island
    assert feature["geometry"]["coordinates"] == [0, 4096]  # north-west corner; the decoder's y points up


def test_both_ends_of_the_world_are_there(world: Any, client: TestClient) -> None:
    east = next(i for i, g in world.geotags.items() if g["lon"] == 180.0)
    west = next(i for i, g in world.geotags.items() if g["lon"] == -180.0)
    for geotag_id, x, y in ((east, 255, 128), (west, 0, _tile_of(-180.0, 10.0, 8)[1])):
        (feature,) = _features(client, GEOTAGS.format(8, x, y), "geotags", campaign="regsosek")
        assert feature["properties"]["geotag_id"] == geotag_id


def test_what_a_geotag_carries(world: Any, client: TestClient) -> None:
    worst = {"rejected": "error", "review": "review", "accepted": "info"}
    codes = {
        "rejected": "DUPLICATE_COORDINATE,OUTSIDE_ASSIGNED_AREA",
        "review": "OUTSIDE_ASSIGNED_AREA",
        "accepted": "POSITION_NOT_DECISIVE",
    }
    x, y = _tile_of(115.42, -8.58, 10)
    features = _features(client, GEOTAGS.format(10, x, y), "geotags", campaign="regsosek")
    assert len(features) > 50
    for feature in features:
        properties = feature["properties"]
        known = world.geotags[properties["geotag_id"]]
        assert properties.get("verdict") == known["verdict"]
        assert properties.get("severity") == worst.get(known["verdict"])
        assert properties.get("codes") == codes.get(known["verdict"])
        assert properties["assigned_area"] == known["assigned_area"]


@pytest.mark.parametrize(
    "wanted",
    [
        {"severity": "review"},
        {"code": "OUTSIDE_ASSIGNED_AREA"},
        {"code": "OUTSIDE_ASSIGNED_AREA", "severity": "error"},
        {"code": "DUPLICATE_COORDINATE", "severity": "error"},
    ],
)
def test_filters_ask_for_one_finding_that_is_both(
    world: Any, client: TestClient, wanted: dict[str, str]
) -> None:
    matching = {f["geotag_id"] for f in world.findings if wanted.items() <= f.items()}
    found = set()
    for x, y in {_tile_of(g["lon"], g["lat"], 9) for g in world.on_map().values()}:
        features = _features(client, GEOTAGS.format(9, x, y), "geotags", campaign="regsosek", **wanted)
        found |= {feature["properties"]["geotag_id"] for feature in features}
    assert found == matching & world.on_map().keys()


def _plan(engine: Engine, principal: Principal, statement_name: str, **values: Any) -> str:
    sql = files("geotags.store").joinpath("sql", f"{statement_name}.sql").read_text("utf-8")
    with engine.begin() as connection:
        set_scope(connection, principal)
        connection.execute(text("SET LOCAL enable_seqscan = off"))  # the table is small
        rows = connection.execute(text("EXPLAIN " + sql), values | principal.bound()).scalars()
        return "\n".join(rows)


_MANY = """
INSERT INTO geotags (province, campaign_id, item_id, revision, is_current, household_key, building_no,
    assigned_area, lon_text, lat_text, enumerator_id, cell)
SELECT '00', 1, 'many-' || i, 1, true, 'H' || i, '', '9471' || i, '', '', 'E' || i % 40, i * 10::bigint ^ 9
FROM generate_series(1, 20000) AS i
"""


@pytest.mark.parametrize("role", [Role.OFFICER, Role.DEVICE, Role.NATIONAL])
def test_row_policies_leave_the_index_usable(world: Any, engine: Engine, service: Engine, role: Role) -> None:
    """A policy is looked at before any comparison that could tell what a hidden row holds; && could."""
    with (
        engine.begin() as connection
    ):  # as many geotags of the campaign elsewhere as make a table worth an index
        connection.execute(text(_MANY))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE geotags"))
    principal = Principal(role, 1, () if role.sees_all else ("9471",))
    first, last = cells_of_tile((12, *_tile_of(115.42, -8.58, 12)))
    values: dict[str, Any] = dict.fromkeys(("code", "severity")) | {
        "campaign_id": 1, "z": 12, "x": 1, "y": 1, "first_cell": first, "last_cell": last, "most": 10,
    }  # fmt: skip
    plan = _plan(service, principal, "geotag_tile", **values)
    assert re.search(r"Index (Only )?Scan using geotags_\w+_campaign_id_cell_idx", plan), plan
    assert re.search(r"Index Cond: .*cell >= .*cell <= ", plan), plan
    # The same for the beginnings of codes that summaries ask for.
    leakproof = "SELECT bool_and(proleakproof) FROM pg_proc WHERE proname IN ('text_ge', 'text_le', 'int8ge')"
    with service.connect() as connection:
        assert connection.execute(text(leakproof)).scalar_one()


def test_a_tile_of_any_zoom_is_a_range_of_cells() -> None:
    chosen = random.Random(24)
    places = [(chosen.uniform(-180, 180), chosen.uniform(-85, 85)) for _ in range(2000)]
    cells = cells_of(*np.array(places).T)
    for (lon, lat), cell in zip(places, cells.tolist(), strict=True):
        for zoom in (0, 1, 8, 16, 24):
            first, last = cells_of_tile((zoom, *_tile_of(lon, lat, zoom)))
            assert first <= cell <= last
    odd = np.array([(0.0, 85.1), (181.0, 0.0), (np.nan, 0.0), (0.0, np.nan), (np.inf, 0.0)])
    assert (cells_of(*odd.T) == NO_CELL).all()
    assert cells_of_tile((0, 0, 0)) == (0, 4**24 - 1)
    assert [cells_of_tile((1, x, y))[0] >> 46 for y in (0, 1) for x in (0, 1)] == [0, 1, 2, 3]
    assert cells_of(np.array([180.0]), np.array([-85.0])) <= 4**24 - 1


def test_a_tile_with_too_many_points_is_refused_and_not_thinned(world: Any, engine: Engine) -> None:
    x, y = _tile_of(115.42, -8.58, 10)
    with reading(Access(engine)) as connection:
        campaign = campaign_named(connection, "regsosek")
        whole = geotag_tile(connection, campaign, (10, x, y), code=None, severity=None)
        points = len(mapbox_vector_tile.decode(whole)["geotags"]["features"])
        exact = geotag_tile(connection, campaign, (10, x, y), code=None, severity=None, most=points)
        assert exact == whole
        with pytest.raises(TileTooFull):
            geotag_tile(connection, campaign, (10, x, y), code=None, severity=None, most=points - 1)


def test_area_tiles_hold_the_areas_of_the_release(world: Any, client: TestClient) -> None:
    x, y = _tile_of(115.42, -8.58, 9)
    for release, name in (("1", "Old name"), ("2", "New name")):
        features = _features(
            client, AREAS.format(9, x, y), "areas", frame="nusa", level="subsls", release=release
        )
        names = {f["properties"]["area_code"]: f["properties"]["name"] for f in features}
        assert names["9471010001000101"] == name
        assert ("9471010001000200" in names) == (release == "1")
        assert set(features[0]["properties"]) == {"area_code", "name", "level"}
    assert set(names) == set(world.subsls)


@pytest.mark.parametrize("level", ["subsls", "desa"])
def test_area_tiles_of_a_campaign_agree_with_its_summary(
    world: Any, client: TestClient, get: Get, level: str
) -> None:
    x, y = _tile_of(115.42, -8.58, 9)
    summary = {
        row["area_code"]: row for row in get("/v1/campaigns/regsosek/summary/areas", level=level)["areas"]
    }
    features = _features(client, AREAS.format(9, x, y), "areas", campaign="regsosek", level=level)
    assert {f["properties"]["area_code"] for f in features} == set(summary)
    for feature in features:
        row = summary[feature["properties"]["area_code"]]
        assert feature["properties"]["geotags"] == row["geotags"]
        assert feature["properties"]["flagged"] == row["review"] + row["rejected"]
        assert feature["properties"].get("flagged_share") == row["flagged_share"]


def test_neighbouring_area_tiles_both_hold_an_area_across_their_edge(world: Any, client: TestClient) -> None:
    xs = {_tile_of(lon, -8.58, 14)[0] for lon in (115.4001, 115.4199)}
    y = _tile_of(115.4, -8.58, 14)[1]
    for x in range(min(xs), max(xs) + 1):
        features = _features(client, AREAS.format(14, x, y), "areas", frame="nusa", level="desa")
        assert "9471010001" in {f["properties"]["area_code"] for f in features}


@pytest.mark.parametrize(
    ("address", "status", "code"),
    [
        (GEOTAGS.format(7, 0, 0) + "?campaign=regsosek", 404, "TILE_OUT_OF_RANGE"),
        (GEOTAGS.format(17, 0, 0) + "?campaign=regsosek", 404, "TILE_OUT_OF_RANGE"),
        (GEOTAGS.format(8, 256, 0) + "?campaign=regsosek", 404, "TILE_OUT_OF_RANGE"),
        (GEOTAGS.format(8, 0, -1) + "?campaign=regsosek", 404, "TILE_OUT_OF_RANGE"),
        (GEOTAGS.format(8, 9**30, 0) + "?campaign=regsosek", 404, "TILE_OUT_OF_RANGE"),
        (AREAS.format(8, 0, 0) + "?frame=nusa&level=subsls", 404, "TILE_OUT_OF_RANGE"),
        (AREAS.format(15, 0, 0) + "?frame=nusa&level=subsls", 404, "TILE_OUT_OF_RANGE"),
        (GEOTAGS.format(8, "a", 0) + "?campaign=regsosek", 422, "PARAMETER_REFUSED"),
        (GEOTAGS.format(8, 0, 0), 422, "PARAMETER_REFUSED"),
        (GEOTAGS.format(8, 0, 0) + "?campaign=tiada", 404, "NOT_FOUND"),
        (GEOTAGS.format(8, 0, 0) + "?campaign=regsosek&code=x", 422, "PARAMETER_REFUSED"),
        (AREAS.format(9, 0, 0), 422, "PARAMETER_REFUSED"),
        (AREAS.format(9, 0, 0) + "?frame=nusa", 422, "PARAMETER_REFUSED"),
        (AREAS.format(9, 0, 0) + "?frame=kosong&campaign=regsosek", 422, "PARAMETER_REFUSED"),
        (AREAS.format(9, 0, 0) + "?frame=nusa&level=subsls&release=9", 404, "NOT_FOUND"),
        ("/tiles/areas.json?frame=nusa", 422, "PARAMETER_REFUSED"),
        ("/tiles/roads.json", 404, "NOT_FOUND"),
    ],
)
def test_refusals(world: Any, client: TestClient, address: str, status: int, code: str) -> None:
    answer = client.get(address)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


def test_an_empty_tile_is_204(world: Any, client: TestClient) -> None:
    assert client.get(GEOTAGS.format(8, 10, 10), params={"campaign": "regsosek"}).status_code == 204
    assert client.get(AREAS.format(9, 10, 10), params={"frame": "nusa", "level": "desa"}).status_code == 204


def test_only_area_tiles_of_a_named_release_are_kept(world: Any, client: TestClient, get: Get) -> None:
    (address,) = get("/tiles/areas.json", frame="nusa", level="desa")["tiles"]
    x, y = _tile_of(115.42, -8.58, 9)
    kept = address.format(z=9, x=x, y=y)
    cache = "Cache-Control"
    assert client.get(kept).headers[cache] == "private, max-age=31536000, immutable"
    other = kept.replace("published=", "published=1")
    assert (
        client.get(other).headers[cache] == "private, no-cache"
    )  # another database's release of that number
    (counted,) = get("/tiles/areas.json", campaign="regsosek")["tiles"]
    assert client.get(counted.format(z=9, x=x, y=y)).headers[cache] == "private, no-store"
    (points,) = get("/tiles/geotags.json", campaign="regsosek")["tiles"]
    assert client.get(points.format(z=9, x=x, y=y)).headers[cache] == "private, no-store"


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/tiles/areas.json?frame=nusa&level=subsls&release=1", "areas"),
        ("/tiles/areas.json?campaign=regsosek&level=desa", "areas"),
        ("/tiles/geotags.json?campaign=regsosek&severity=error&code=OUTSIDE_ASSIGNED_AREA", "geotags"),
    ],
)
def test_tilejson_leads_to_its_tiles(
    world: Any, client: TestClient, get: Get, address: str, name: str
) -> None:
    tileset = get(address)
    assert tileset["tilejson"] == "3.0.0"
    (template,) = tileset["tiles"]
    assert template.startswith("http://testserver/tiles/")
    lon, lat, zoom = tileset["center"]
    west, south, east, north = tileset["bounds"]
    assert west <= lon <= east and south <= lat <= north
    assert tileset["minzoom"] <= zoom <= tileset["maxzoom"]
    x, y = _tile_of(lon, lat, tileset["minzoom"])
    features = _features(client, template.format(z=tileset["minzoom"], x=x, y=y), name)
    assert features
    fields = set(tileset["vector_layers"][0]["fields"])
    assert set().union(*(f["properties"] for f in features)) <= fields


@pytest.mark.parametrize(
    "address", ["/styles/areas.json?frame=nusa&level=desa", "/styles/geotags.json?campaign=regsosek"]
)
def test_styles_need_nothing_from_elsewhere(world: Any, get: Get, address: str) -> None:
    style = get(address)
    assert style["version"] == 8
    assert not {"glyphs", "sprite"} & style.keys()
    for source in style["sources"].values():
        assert all(tile.startswith("http://testserver/") for tile in source["tiles"])
    for layer in style["layers"]:
        assert layer["type"] == "background" or layer["source"] in style["sources"]
