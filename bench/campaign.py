"""A campaign without faults on a real frame: houses, households, enumerators on their way. For labelled.py.

Everything a device would record is there, with the errors that honest work has: fixes are off by what their
accuracy says, the drawn boundary by ``BOUNDARY_SIGMA_M``, interviews take as long as they take.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from geo.frame import Frame
from geo.geodesy import metres_per_degree
from geo.levels import Level
from geo.special_areas import kind_of

BOUNDARY_SIGMA_M = 5.0
SIGMAS_PER_ACCURACY = 1.5096  # of Android's 68 % radius, in two dimensions
LEAST_APART_M = 7.0  # houses
DAY = pd.Timestamp("2022-10-17T00:30:00Z")  # half past eight in Bali and in Sulawesi
HOURS_A_DAY = 8.5


@dataclass(frozen=True, eq=False)
class Ground:
    """The areas of one level that people live in. ``xy`` are metres east and north of ``origin``."""

    frame: Frame
    level: Level
    codes: np.ndarray
    shapes: np.ndarray
    origin: tuple[float, float]
    per_degree: tuple[float, float]

    @classmethod
    def of(cls, frame: Frame, level: Level) -> Ground:
        """Areas without a surface are left out, those of farmland, forest and sea, and special areas."""
        codes, shapes = [], []
        for _, layer in frame.layers(level):
            for row, code in enumerate(layer.codes.to_pylist()):
                is_plain = not kind_of(json.loads(layer.attributes[row].as_py() or "{}"))
                if is_plain and not np.isnan(layer.boxes[row, 0]) and code[10:14] < "1000":
                    codes.append(code)
                    shapes.append(layer.geometry(row))
        west, south, east, north = frame.extent()
        origin = ((west + east) / 2, (south + north) / 2)
        ground = cls(frame, level, np.array(codes, object), np.empty(0), origin, metres_per_degree(origin[1]))
        plane = shapely.transform(np.array(shapes, object), lambda at: ground.to_m(at[:, 0], at[:, 1]))
        return cls(frame, level, ground.codes, plane, origin, ground.per_degree)

    def to_m(self, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
        return np.column_stack(
            [(lon - self.origin[0]) * self.per_degree[0], (lat - self.origin[1]) * self.per_degree[1]]
        )

    def to_degrees(self, xy: np.ndarray) -> np.ndarray:
        return np.asarray(xy) / self.per_degree + self.origin

    def outside_m(self, codes: np.ndarray, xy: np.ndarray) -> np.ndarray:
        """How far each place lies outside the area of its code: 0 inside, infinite for no area."""
        row_of = {code: row for row, code in enumerate(self.codes)}
        rows = np.array([row_of.get(code, -1) for code in codes])
        away = np.full(len(codes), np.inf)
        away[rows >= 0] = shapely.distance(self.shapes[rows[rows >= 0]], shapely.points(xy[rows >= 0]))
        return away


def settle(ground: Ground, mean_households: float, rng: np.random.Generator) -> pd.DataFrame:
    """Households in houses: ``area`` (row), ``building_no``, ``x`` and ``y`` of the house, metres.

    Most houses stand in one to three hamlets of their area, some alone anywhere in it.
    """
    tables = []
    for area, shape in enumerate(ground.shapes):
        n = 5 + rng.negative_binomial(3, 3 / (3 + mean_households - 5))
        spread = 0.15 * np.sqrt(shape.area)
        centres = inside(shape, rng.integers(1, 4), rng)
        wanted = inside(shape, 3 * n, rng)
        near = centres[rng.integers(len(centres), size=3 * n)] + rng.normal(0, spread, (3 * n, 2))
        near = near[shapely.contains_xy(shape, *near.T)]
        alone = rng.random(n) < 0.1
        houses = np.concatenate([wanted[: alone.sum()], near])
        close = cKDTree(houses).query_pairs(LEAST_APART_M, output_type="ndarray")
        houses = np.delete(houses, np.unique(close.max(axis=1, initial=0)) if len(close) else [], axis=0)
        houses = houses[: max(int(n * 0.92), 5)]
        of_house = np.r_[np.arange(len(houses)), rng.integers(len(houses), size=max(n - len(houses), 0))]
        tables.append(
            pd.DataFrame(
                {"area": area, "house": of_house, "x": houses[of_house, 0], "y": houses[of_house, 1]}
            )
        )
    return pd.concat(tables, ignore_index=True)


def inside(shape: shapely.Geometry, n: int, rng: np.random.Generator) -> np.ndarray:
    west, south, east, north = shape.bounds
    found = np.empty((0, 2))
    while len(found) < n:
        some = rng.uniform((west, south), (east, north), (4 * n + 16, 2))
        found = np.concatenate([found, some[shapely.contains_xy(shape, *some.T)]])
    return found[:n]


def record(ground: Ground, houses: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """What honest enumerators bring home: one geotag per household, in the order of their way.

    ``x`` and ``y`` are where the device stood against the drawn boundary, without its own error.
    """
    # An enumerator takes the next areas until there are some 150 households, and walks each area in strips.
    strip = np.floor(houses["y"] / 60)
    walk = np.where(strip % 2 == 0, houses["x"], -houses["x"])
    houses = houses.assign(strip=strip, walk=walk).sort_values(["area", "strip", "walk"], ignore_index=True)
    n = len(houses)
    size = houses.groupby("area").size()
    enumerator = (size.cumsum() - 1) // 150
    houses["enumerator"] = houses["area"].map(enumerator)
    minutes = rng.lognormal(np.log(22), 0.35, n)
    step_m = np.hypot(houses["x"].diff(), houses["y"].diff()).fillna(0)
    start = houses.groupby("enumerator").cumcount() == 0
    hours = (minutes + np.where(start, 0, step_m / 60)) / 60
    spent = pd.Series(hours).groupby(houses["enumerator"]).cumsum()
    captured = DAY + pd.to_timedelta(spent // HOURS_A_DAY * 24 + spent % HOURS_A_DAY, unit="h")
    accuracy = np.round(np.clip(rng.lognormal(np.log(6.5), 0.5, n), 2, 60), 2)
    there = houses[["x", "y"]].to_numpy() + rng.normal(0, BOUNDARY_SIGMA_M, (n, 2))
    sigma = accuracy[:, None] / SIGMAS_PER_ACCURACY
    lonlat = ground.to_degrees(there + rng.normal(0, 1, (n, 2)) * sigma)
    interview = ground.to_degrees(there + rng.normal(0, 12, (n, 2)))
    photo = ground.to_degrees(there + rng.normal(0, 10, (n, 2)))
    numbers = pd.Series(np.arange(n)).map("{:07d}".format)
    return pd.DataFrame(
        {
            "item_id": "i" + numbers,
            "household_key": "k" + numbers,
            "building_no": houses["house"].map("{:04d}".format),
            "assigned_area": ground.codes[houses["area"]],
            "enumerator_id": "e" + houses["enumerator"].map("{:04d}".format),
            "device_id": "d" + houses["enumerator"].map("{:04d}".format),
            "lon": lonlat[:, 0],
            "lat": lonlat[:, 1],
            "lon_text": None,
            "lat_text": None,
            "accuracy_m": accuracy,
            "provider": "gps",
            "source": "gps",
            "is_mock": "0",
            "captured_at": captured,
            "fix_at": captured - pd.to_timedelta(rng.uniform(1, 25, n), unit="s"),
            "received_at": captured + pd.to_timedelta(rng.lognormal(1, 1.5, n), unit="s"),
            "interview_lon": interview[:, 0],
            "interview_lat": interview[:, 1],
            "background_lon": interview[:, 0],
            "background_lat": interview[:, 1],
            "photo_names": "p" + numbers + ".jpg",
            "photo_lon": photo[:, 0],
            "photo_lat": photo[:, 1],
            "photo_at": captured - pd.to_timedelta(rng.uniform(0.2, 6, n), unit="min"),
            "photo_sha256": "s" + numbers,
            "x": there[:, 0],
            "y": there[:, 1],
            "area": houses["area"],
            "true_area": ground.codes[houses["area"]],
            "fault": "",
            "size": np.nan,
        }
    )
