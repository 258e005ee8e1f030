"""Centroids, listed places and outliers, against the words of each check asked one by one, in any order."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from geo.checks.protocol import Outcome
from geo.checks.registry import CHECK_OF_CODE
from geo.context import Context
from geo.engine import check_geotags
from geo.frame import Frame
from geo.geodesy import WGS84, metres_per_degree
from geo.geotags import Geotags
from geo.levels import Level
from geo.places import Places
from tests.geo.shapes import around, frame_of, layer_of

ORIGIN = (115.4, -8.5)
KX, KY = metres_per_degree(ORIGIN[1])
AREAS = {
    # Their middles are some metres apart; the third is tiny, the fourth scattered.
    "5105030001000101": shapely.box(-500, -500, 500, 500),
    "5105030001000102": shapely.Point(4, 3).buffer(400) - shapely.Point(4, 3).buffer(60),
    "5105030001000103": shapely.box(-12, -8, 14, 10),
    "5105030001000104": shapely.box(-600, -600, 606, 600),
}
VILLAGE = {"5105030001": shapely.box(-1012, -1000, 1000, 1000)}
PLACES = [(-10, 0), (12, 6)]


def frame() -> Frame:
    shapes, village = ([around(shape, *ORIGIN) for shape in of.values()] for of in (AREAS, VILLAGE))
    attributes = ["{}", "{}", "{}", json.dumps({"khusus": "tersebar"})]
    return frame_of(
        layer_of(shapes, list(AREAS), attributes=attributes), layer_of(village, list(VILLAGE), Level.DESA)
    )


FRAME = frame()
RECORD = st.fixed_dictionaries(
    {
        "at": st.tuples(st.integers(-22, 22), st.integers(-8, 10)),
        "area": st.sampled_from([*AREAS, "5105039999000101"]),
        "household": st.sampled_from([f"h{i}" for i in range(9)]),
        "enumerator": st.sampled_from(["e", "e", "e", "f", ""]),
        "source": st.sampled_from(["", "gps", "gps", "manual"]),
    }
)


def evidence_of(code: str, records: list[dict[str, Any]]) -> tuple[dict[str, Any], set[str]]:
    """What the check found, by item; and the items that it did not assess."""
    geotags = Geotags.from_columns(
        {
            "item_id": [record["item"] for record in records],
            "lon_text": [repr(ORIGIN[0] + record["at"][0] / KX) for record in records],
            "lat_text": [repr(ORIGIN[1] + record["at"][1] / KY) for record in records],
            "assigned_area": [record["area"] for record in records],
            "household_key": [record["household"] for record in records],
            "enumerator_id": [record["enumerator"] for record in records],
            "source": [record["source"] for record in records],
        }
    )
    at = np.array(PLACES) / [KX, KY] + ORIGIN
    names = pa.array([f"place {i}" for i in range(len(at))])
    context = Context(places=Places(names, names, at[:, 0], at[:, 1]))
    done = check_geotags(geotags, FRAME, Level.SUBSLS, checks=[CHECK_OF_CODE[code]], context=context)
    silent = done.outcomes[code].outcome == Outcome.NOT_ASSESSED
    items = [record["item"] for record in records]
    return {items[one.row]: one.evidence for one in done.findings()}, {
        item for item, is_silent in zip(items, silent.tolist(), strict=True) if is_silent
    }


def metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    lons, lats = zip(*((ORIGIN[0] + x / KX, ORIGIN[1] + y / KY) for x, y in (one, other)), strict=True)
    return float(WGS84.inv(lons[0], lats[0], lons[1], lats[1])[2])


@settings(max_examples=150, deadline=None)
@given(st.lists(RECORD, min_size=1, max_size=14), st.randoms(use_true_random=False))
def test_the_middle_of_an_area_and_of_its_village(records: list[dict[str, Any]], random: Any) -> None:
    records = [record | {"item": f"i{number}"} for number, record in enumerate(records)]
    wanted, silent = {}, set()
    for one in records:
        if one["area"] not in AREAS:
            silent.add(one["item"])
            continue
        for code, shape in ((one["area"], AREAS[one["area"]]), ("5105030001", VILLAGE["5105030001"])):
            middle = shape.centroid
            from_middle = metres(one["at"], (middle.x, middle.y))
            if from_middle > 5:
                continue
            if shape.boundary.distance(middle) < 25:
                silent.add(one["item"])
                continue
            there = {
                other["household"]
                for other in records
                if other["area"] in AREAS
                and other["area"].startswith(code)
                and metres(other["at"], (middle.x, middle.y)) <= 5
            }
            if len(there) >= 2 or one["source"] == "manual":
                wanted[one["item"]] = (code, round(from_middle, 1), len(there))
                break
    found, not_assessed = evidence_of("COORDINATES_AT_CENTROID", records)
    assert {item: tuple(evidence.values()) for item, evidence in found.items()} == wanted
    assert not_assessed == silent - set(wanted)
    random.shuffle(records)
    assert evidence_of("COORDINATES_AT_CENTROID", records) == (found, not_assessed)


@settings(max_examples=100, deadline=None)
@given(st.lists(RECORD, min_size=4, max_size=24), st.randoms(use_true_random=False))
def test_households_of_one_enumerator_at_a_listed_place(records: list[dict[str, Any]], random: Any) -> None:
    records = [record | {"item": f"i{number}", "at": (3 * record["at"][0], record["at"][1])}
               for number, record in enumerate(records)]  # fmt: skip
    at: dict[tuple[int, str], list[dict[str, Any]]] = {}
    for one in records:
        away = [metres(one["at"], place) for place in PLACES]
        if min(away) <= 25 and one["enumerator"]:
            at.setdefault((away.index(min(away)), one["enumerator"]), []).append(one)
    wanted = {
        one["item"]: (f"place {place}", len({other["household"] for other in group}))
        for (place, _), group in at.items()
        for one in group
        if len({other["household"] for other in group}) >= 5
    }
    found, not_assessed = evidence_of("COORDINATES_AT_KNOWN_PLACE", records)
    assert {item: (said["place"], said["households"]) for item, said in found.items()} == wanted
    assert not_assessed == {record["item"] for record in records if not record["enumerator"]}
    random.shuffle(records)
    assert evidence_of("COORDINATES_AT_KNOWN_PLACE", records) == (found, not_assessed)


def neighbourhood(seed: int, n: int, area: str) -> list[dict[str, Any]]:
    """Houses along a lane and in a hamlet, some at one place, and a few far from all of them."""
    rng = np.random.default_rng(seed)
    lane = np.column_stack([np.arange(n) * rng.uniform(4, 12), rng.normal(0, 6, n)])
    hamlet = rng.normal([60, 160], 25, (n // 2, 2))
    far = rng.uniform(-480, 480, (int(rng.integers(0, 3)), 2))
    stacked = np.repeat(lane[:1], rng.integers(1, 8), axis=0)
    places = np.concatenate([lane, hamlet, far, stacked])
    return [
        {"item": f"{area[-2:]}-{i}", "at": at, "area": area, "household": "", "enumerator": "", "source": ""}
        for i, at in enumerate(places.tolist())
    ]


def outliers_by_the_words(records: list[dict[str, Any]]) -> dict[str, tuple[float, float, float]]:
    """Fifth distance, robust deviations and local outlier factor of every geotag of one area."""
    places = np.array([record["at"] for record in records])
    fifth = np.sort(cdist(places, places), axis=1)[:, 5]
    logs = np.log(np.maximum(fifth, 1.0))
    off = logs - np.median(logs)
    deviations = off / max(0.1, 1.4826 * float(np.median(np.abs(off))))
    different = np.unique(places, axis=0)
    k = min(20, (len(different) - 1) // 2)
    away = cdist(different, different)
    nearest = np.argsort(away, axis=1)[:, 1 : k + 1]
    reach = np.maximum(np.take_along_axis(away, nearest, 1), np.sort(away, axis=1)[:, k][nearest])
    density = 1 / reach.mean(axis=1)
    factor = density[nearest].mean(axis=1) / density
    which = [int(np.flatnonzero((different == place).all(axis=1))[0]) for place in places]
    values = zip(fifth.tolist(), deviations.tolist(), factor[which].tolist(), strict=True)
    return {record["item"]: one for record, one in zip(records, values, strict=True)}


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 10**6), st.integers(8, 45), st.integers(8, 45), st.randoms(use_true_random=False)
)  # fmt: skip
def test_outliers_are_those_of_both_definitions_and_of_their_own_area(
    seed: int, n: int, m: int, random: Any
) -> None:
    first, second, third, *_ = AREAS
    mine, others = neighbourhood(seed, n, first), neighbourhood(seed + 1, m, second)
    found, not_assessed = evidence_of("SPATIAL_OUTLIER", mine)
    if len(mine) < 20:
        assert not_assessed == {record["item"] for record in mine}
    else:
        assert not not_assessed
        for item, (fifth, deviations, factor) in outliers_by_the_words(mine).items():
            clear = abs(deviations - 5) > 1e-3 and abs(factor - 2.5) > 1e-3
            if clear:
                assert (item in found) == (deviations > 5 and factor > 2.5)
            if item in found:
                assert found[item]["fifth_m"] == round(fifth) or abs(fifth % 1 - 0.5) < 0.01
                assert abs(found[item]["deviations"] - deviations) < 0.06
                assert abs(found[item]["factor"] - factor) < 0.06
    both = [*mine, *others, *(record | {"item": f"x{record['item']}", "area": third} for record in others)]
    random.shuffle(both)
    again, _ = evidence_of("SPATIAL_OUTLIER", both)
    assert {item: evidence for item, evidence in again.items() if item.startswith(first[-2:])} == found


def test_the_neighbourhoods_of_that_law_have_outliers() -> None:
    n_found = [len(evidence_of("SPATIAL_OUTLIER", neighbourhood(seed, 30, next(iter(AREAS))))[0])
               for seed in range(20)]  # fmt: skip
    assert sum(n > 0 for n in n_found) >= 5
