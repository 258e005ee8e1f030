"""Packs: the files hold the release, a broken download goes on, and a delta makes one pack of another."""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from pmtiles.reader import MemorySource, Reader, all_tiles

from api import packing
from boundaries import packs
from boundaries.areas import AreaTable
from boundaries.assembly import frame_of_tables
from boundaries.packs import PackArea, areas_of_pack, differences
from boundaries.qa.protocol import CandidateView
from boundaries.qa.registry import run_qa
from boundaries.store.candidates import add_file, find_candidate, read_candidate
from boundaries.store.principals import Role
from boundaries.store.qa_runs import store_qa
from boundaries.store.releases import publish
from geo.codes import SCHEMES
from geo.errors import NotFound
from geo.geodesy import metres_per_degrees
from geo.levels import Level
from tests.geotags.world import area_code, boundary_file

from .conftest import Device, Service

PACK = "/v1/packs/5105"


def _get(device: Device, address: str, **headers: str) -> Any:
    return device.client.get(address, headers={"Authorization": f"Bearer {device.secret}"} | headers)


def _manifest(device: Device, areas: str = "5105") -> Any:
    answer = _get(device, f"/v1/packs/{areas}?campaign={device.campaign}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def _files(device: Device, manifest: Any) -> dict[str, bytes]:
    found = {}
    for file in manifest["files"]:
        answer = _get(device, file["url"])
        assert answer.status_code == 200 and answer.headers["content-type"] == file["media_type"]
        assert len(answer.content) == file["bytes"]
        assert hashlib.sha256(answer.content).hexdigest() == file["sha256"]
        found[file["name"]] = answer.content
    return found


def _publish(service_world: Service, codes: list[str], places: list[str] | None = None) -> int:
    """Another release, of kabupaten 5105 alone changed."""
    world = service_world.world
    add_file(world.engine, "tiga", boundary_file(codes, places))
    candidate = find_candidate(world.engine, "tiga")
    view = CandidateView(SCHEMES["bps"], read_candidate(world.engine, candidate))
    store_qa(world.engine, candidate, run_qa(view), {})
    return publish(world.engine, world.data_dir, "tiga", "next", forced_reason="a test").number


def test_the_files_hold_the_release(service_world: Service, device: Device, tmp_path: Path) -> None:
    manifest = _manifest(device)
    assert (manifest["n_areas"], manifest["n_areas_around"]) == (4, 8)
    assert manifest["release"]["number"] == 1 and manifest["ruleset"]["name"] == "default"
    files = _files(device, manifest)
    path = tmp_path / "areas.gpkg"
    path.write_bytes(files["areas.gpkg"])
    meta, table = pyogrio.read_arrow(path)
    assert meta["crs"] == "EPSG:4326" and meta["geometry_type"] == "MultiPolygon"
    rows = {row["area_code"]: row for row in table.to_pylist()}
    expected = areas_of_pack(service_world.world.frame, Level.SUBSLS, ["5105"])
    assert sorted(rows) == [area.code for area in expected]
    for area in expected:
        row = rows[area.code]
        assert (row["name"], row["attributes"], row["is_around"]) == (
            area.name,
            area.attributes,
            area.is_around,
        )
        assert shapely.from_wkb(row["geom"]).equals_exact(area.geometry, tolerance=0)
    with sqlite3.connect(path) as database:  # what a device has
        assert database.execute("SELECT count(*) FROM areas WHERE NOT is_around").fetchone() == (4,)

    source = MemorySource(files["areas.pmtiles"])
    header, metadata = Reader(source).header(), Reader(source).metadata()
    assert header["tile_type"].name == "MVT" and metadata["vector_layers"][0]["id"] == "areas"
    tiles = list(all_tiles(source))
    assert {z for (z, _, _), _ in tiles} == set(range(header["min_zoom"], 15))
    for (z, x, y), data in tiles:
        served = _get(
            device,
            f"/tiles/areas/{z}/{x}/{y}.mvt?frame=tiga&level=subsls",
        )
        assert served.content == gzip.decompress(data), (z, x, y)


def test_what_is_there_already_is_not_sent(service_world: Service, device: Device) -> None:
    address = f"{PACK}?campaign={device.campaign}"
    first = _get(device, address)
    assert _get(device, address, **{"If-None-Match": first.headers["etag"]}).status_code == 304
    file = first.json()["files"][0]
    assert _get(device, file["url"], **{"If-None-Match": f'"{file["sha256"]}"'}).status_code == 304
    assert _get(device, file["url"], **{"If-None-Match": '"other"'}).status_code == 200
    _publish(service_world, [area_code("5105", n) for n in range(3)])
    renewed = _get(device, address, **{"If-None-Match": first.headers["etag"]})
    assert renewed.status_code == 200 and renewed.json()["release"]["number"] == 2
    # A device in the middle of the old one gets it to the end.
    assert hashlib.sha256(_get(device, file["url"]).content).hexdigest() == file["sha256"]


def test_a_broken_download_goes_on(device: Device) -> None:
    for file in _manifest(device)["files"]:
        whole = _get(device, file["url"], **{"Accept-Encoding": "gzip"})
        assert "content-encoding" not in whole.headers and whole.headers["accept-ranges"] == "bytes"
        got, dice = b"", random.Random(1)
        while len(got) < file["bytes"]:
            some = dice.randrange(1, 30_000)
            wanted = {"Range": f"bytes={len(got)}-{len(got) + some}", "If-Range": whole.headers["etag"]}
            part = _get(device, file["url"], **wanted)
            assert part.status_code == 206
            got += part.content
        assert got == whole.content
        changed = _get(device, file["url"], **{"Range": "bytes=100-", "If-Range": '"another"'})
        assert changed.status_code == 200 and changed.content == whole.content
        beyond = _get(device, file["url"], Range=f"bytes={file['bytes']}-")
        assert beyond.status_code == 416


def test_a_delta_makes_one_pack_of_another(service_world: Service, device: Device) -> None:
    everywhere = [area_code("5105", n) for n in range(6)]
    first = _rows(service_world, device)
    for codes, places in (
        (everywhere[:4], [everywhere[4], *everywhere[1:4]]),  # one moves
        (everywhere[:3], None),  # one goes, one is where it was
        (everywhere[:5], None),  # one comes, one comes back
    ):
        number = _publish(service_world, codes, places)
        answer = _get(device, f"{PACK}/changes?campaign={device.campaign}&since=1").json()
        assert (answer["since"], answer["release"]) == (1, number)
        patched = dict(first)
        for code in answer["removed"]:
            del patched[code]
        for feature in answer["features"]:
            properties = feature["properties"]
            assert properties["area_code"] not in patched or patched[properties["area_code"]] != _said(
                feature
            )
            patched[properties["area_code"]] = _said(feature)
        assert patched == _rows(service_world, device)


def _said(feature: dict[str, Any]) -> tuple[Any, ...]:
    properties = feature["properties"]
    return (
        properties["name"],
        json.dumps(properties["attributes"], sort_keys=True),
        properties["is_around"],
        shapely.to_wkb(
            shapely.MultiPolygon(shapely.get_parts(shapely.geometry.shape(feature["geometry"])).tolist())
        ),
    )


def _rows(service_world: Service, device: Device) -> dict[str, tuple[Any, ...]]:
    files = _files(device, _manifest(device))
    path = service_world.world.data_dir / "read.gpkg"
    path.write_bytes(files["areas.gpkg"])
    _, table = pyogrio.read_arrow(path)
    return {
        row["area_code"]: (
            row["name"],
            json.dumps(json.loads(row["attributes"] or "{}"), sort_keys=True),
            row["is_around"],
            shapely.to_wkb(shapely.from_wkb(row["geom"])),
        )
        for row in table.to_pylist()
    }


def test_around_is_what_is_within_five_kilometres() -> None:
    """Against every pair of boxes."""
    dice = np.random.default_rng(5)
    centres = dice.uniform([115.0, -8.9], [115.4, -8.4], (300, 2))
    sides = dice.uniform(0.002, 0.02, (300, 2))
    boxes = np.hstack([centres - sides, centres + sides])
    codes = [
        f"5105010{n // 100:03d}{n % 100:04d}00" if n < 40 else f"5206010{n // 100:03d}{n % 100:04d}00"
        for n in range(300)
    ]
    shapes = np.array([shapely.MultiPolygon([shapely.box(*box)]) for box in boxes], dtype=object)
    table = AreaTable(Level.SUBSLS, codes, codes, [{} for _ in codes], list(range(1, 301)), shapes)
    frame = frame_of_tables(SCHEMES["bps"], {Level.SUBSLS: table})
    found = {area.code: area.is_around for area in areas_of_pack(frame, Level.SUBSLS, ["5105"])}
    per_lon, per_lat = metres_per_degrees(np.abs(boxes[:40, [1, 3]]).max(axis=1))
    reach = np.column_stack([packs.BUFFER_M / per_lon, packs.BUFFER_M / per_lat])
    wide = np.hstack([boxes[:40, :2] - reach, boxes[:40, 2:] + reach])
    meets = (
        (wide[:, None, 0] <= boxes[None, :, 2])
        & (wide[:, None, 2] >= boxes[None, :, 0])
        & (wide[:, None, 1] <= boxes[None, :, 3])
        & (wide[:, None, 3] >= boxes[None, :, 1])
    ).any(axis=0)
    assert found == {code: n >= 40 for n, code in enumerate(codes) if meets[n]}
    assert 0 < sum(found.values()) < 260
    with pytest.raises(NotFound):
        areas_of_pack(frame, Level.SUBSLS, ["5105", "9471"])


def test_differences_are_none_between_equals() -> None:
    square = shapely.MultiPolygon([shapely.box(0, 0, 1, 1)])
    some = [PackArea(f"{n}", "name", "{}", square, False) for n in range(3)]
    assert differences(some, some) == ([], [])
    put, removed = differences(some[:2], [some[1], some[2]])
    assert ([area.code for area in put], removed) == (["2"], ["0"])


def test_it_is_made_once_however_many_ask(
    service_world: Service, device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Any] = []
    make = packing.make_pack

    def counted(*given: Any) -> Any:
        made.append(given)
        time.sleep(0.3)
        return make(*given)

    monkeypatch.setattr(packing, "make_pack", counted)
    answers: list[Any] = []
    threads = [threading.Thread(target=lambda: answers.append(_manifest(device))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(made) == 1 and len(answers) == 6 and all(answer == answers[0] for answer in answers)
    assert _manifest(device, "5105,51050,5105010001") == answers[0]  # the same areas, said otherwise
    assert len(made) == 1
    folders = list((service_world.world.data_dir / "packs").iterdir())
    assert [folder.name.startswith(".") for folder in folders] == [False]


def test_who_asks_for_a_large_one_is_told_to_come_again(
    service_world: Service, device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, held = packing.make_pack, threading.Event()

    def slow(*given: Any) -> Any:
        held.wait(20)
        return make(*given)

    monkeypatch.setattr(packing, "make_pack", slow)
    monkeypatch.setattr(packing.Packing.pack, "__defaults__", (0.2,))
    waited = _get(device, f"{PACK}?campaign={device.campaign}")
    assert (waited.status_code, waited.json()["code"]) == (503, "PACK_IN_THE_MAKING")
    assert int(waited.headers["retry-after"]) > 0
    held.set()
    until = time.monotonic() + 20
    while _get(device, f"{PACK}?campaign={device.campaign}").status_code != 200:
        assert time.monotonic() < until
    assert _manifest(device)["n_areas"] == 4


@pytest.mark.parametrize(
    ("areas", "query", "status"),
    [
        ("9999", "campaign={campaign}", 404),
        ("5105", "campaign=nobody", 404),
        ("5105", "", 422),
        ("51", "campaign={campaign}", 422),  # a province is too much
        ("5105,", "campaign={campaign}", 422),
        ("5105x", "campaign={campaign}", 422),
        ("5105", "campaign={campaign}&release=7", 404),
        ("51.05", "campaign={campaign}", 422),  # not this scheme's
    ],
)
def test_what_cannot_be_is_refused(device: Device, areas: str, query: str, status: int) -> None:
    answer = _get(device, f"/v1/packs/{areas}?{query.format(campaign=device.campaign)}")
    assert answer.status_code == status, answer.text
    assert answer.json()["detail"]


def test_too_large_is_said(device: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packs, "MOST_AREAS", 5)
    answer = _get(device, f"{PACK}?campaign={device.campaign}")
    assert (answer.status_code, answer.json()["code"]) == (422, "PACK_TOO_LARGE")


def test_who_sees_no_household_needs_no_pack(service_world: Service, device: Device) -> None:
    previewer = service_world.device(role=Role.PREVIEWER)
    assert _get(previewer, f"{PACK}?campaign={device.campaign}").status_code == 403
