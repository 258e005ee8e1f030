"""Faults of every kind, planted in a campaign without any. For labelled.py.

Each function changes some records and labels them with the kind (its own name) and the size of the fault,
drawn so that it lies on both sides of what the checks look for. A record takes part in one fault.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import shapely
from campaign import Ground

POSITIONS = (("lon", "lat"), ("interview_lon", "interview_lat"), ("background_lon", "background_lat"))
PHOTO = ("photo_lon", "photo_lat")


class Campaign:
    """Records, and which of them are still without a fault."""

    def __init__(self, ground: Ground, records: pd.DataFrame, rng: np.random.Generator) -> None:
        self.ground, self.records, self.rng = ground, records, rng
        self.expected = records.groupby("assigned_area").size()
        self.roster = records[["household_key", "assigned_area"]].copy()
        self.places = np.empty((0, 2))
        self._free = np.ones(len(records), bool)

    def some(self, share: float) -> np.ndarray:
        """A share of all records, free ones, which are free no more."""
        free = np.flatnonzero(self._free)
        return self.claim(self.rng.choice(free, min(len(free), round(share * len(self.records))), False))

    def runs(self, share: float, least: int, most: int) -> list[np.ndarray]:
        """Free records that one enumerator took one after the other, in runs of different length."""
        found: list[np.ndarray] = []
        enumerator = self.records["enumerator_id"].to_numpy()
        wanted = share * len(self.records)
        for _ in range(20 * len(self.records)):
            if sum(map(len, found)) >= wanted:
                break
            n = int(self.rng.integers(least, most + 1))
            first = int(self.rng.integers(1, len(self.records) - n))
            rows = np.arange(first, first + n)
            # One record before and behind stays as it was, so that what lies beside a fault is honest.
            if self._free[first - 1 : first + n + 1].all() and len(set(enumerator[rows])) == 1:
                found.append(self.claim(rows))
        return found

    def groups(self, columns: list[str], share: float, least: int) -> list[np.ndarray]:
        """All free records of a share of the groups that have enough of them."""
        free = self.records[self._free]
        rows = [group.index.to_numpy() for _, group in free.groupby(columns) if len(group) >= least]
        chosen = self.rng.permutation(len(rows))[: max(1, round(share * len(rows)))]
        return [self.claim(rows[i]) for i in chosen]

    def claim(self, rows: np.ndarray) -> np.ndarray:
        self._free[rows] = False
        return rows

    def label(self, rows: np.ndarray, kind: str, size: object = np.nan) -> None:
        self.set(rows, "fault", kind)
        self.set(rows, "size", size)

    def set(self, rows: np.ndarray, column: str | list[str], values: object) -> None:
        names = [column] if isinstance(column, str) else column
        if isinstance(values, pd.Series):
            values = values.array  # in the order given, whatever its index
        at = self.records.columns.get_indexer(names)
        self.records.iloc[rows, at[0] if isinstance(column, str) else at] = values

    def get(self, rows: np.ndarray, *columns: str) -> np.ndarray:
        return self.records[list(columns)].to_numpy()[rows].squeeze()

    def shift(self, rows: np.ndarray, by_m: np.ndarray, pairs: tuple = (*POSITIONS, PHOTO)) -> None:
        """Move recorded positions by metres east and north, and with the geotag the place it was taken at."""
        for pair in pairs:
            self.set(
                rows, list(pair), self.records[list(pair)].to_numpy()[rows] + by_m / self.ground.per_degree
            )
        if ("lon", "lat") in pairs:
            self.set(rows, ["x", "y"], self.records[["x", "y"]].to_numpy()[rows] + by_m)

    def shift_to(self, rows: np.ndarray, xy: np.ndarray) -> None:
        """Have the records taken at other places; every fix keeps its own error."""
        self.shift(rows, xy - self.records[["x", "y"]].to_numpy()[rows])

    def away(self, metres: np.ndarray) -> np.ndarray:
        """So many metres in any direction."""
        angle = self.rng.uniform(0, 2 * np.pi, len(metres))
        return metres[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])

    def between(self, least: float, most: float, n: int) -> np.ndarray:
        """Sizes, evenly over their orders of magnitude."""
        return np.exp(self.rng.uniform(np.log(least), np.log(most), n))


def taken_elsewhere(c: Campaign) -> None:
    rows = c.some(0.012)
    metres = c.between(5, 3000, len(rows))
    c.shift(rows, c.away(metres))
    c.label(rows, "taken_elsewhere", metres)


def assigned_to_neighbour(c: Campaign) -> None:
    rows = c.some(0.008)
    c.set(rows, "assigned_area", _neighbours(c, rows))
    c.label(rows, "assigned_to_neighbour")


def _neighbours(c: Campaign, rows: np.ndarray) -> np.ndarray:
    """The code of another area within half a kilometre; where none is near, the nearest other."""
    tree = shapely.STRtree(c.ground.shapes)
    codes = []
    for at, own in zip(
        shapely.points(c.get(rows, "x", "y").reshape(-1, 2)), c.get(rows, "area"), strict=True
    ):
        near = tree.query(at, predicate="dwithin", distance=500)
        near = near[near != own]
        if not len(near):
            near = np.setdiff1d(tree.query(at, predicate="dwithin", distance=20_000), own)
            near = near[np.argsort(shapely.distance(c.ground.shapes[near], at))[:1]]
        codes.append(c.ground.codes[c.rng.choice(near)])
    return np.array(codes, object)


def code_mistyped(c: Campaign) -> None:
    rows = c.some(0.004)
    known = set(c.ground.codes)
    codes = []
    for code in c.get(rows, "assigned_area"):
        at, digit = int(c.rng.integers(4, 16)), str(c.rng.integers(10))
        codes.append(code[:at] + digit + code[at + 1 :])
    kept = np.array([code != own for code, own in zip(codes, c.get(rows, "assigned_area"), strict=True)])
    c.set(rows, "assigned_area", np.array(codes, object))
    c.label(rows[kept], "code_mistyped")
    unknown = np.array([code not in known for code in codes])
    c.label(rows[kept & unknown], "code_unknown")


def digit_mistyped(c: Campaign) -> None:
    rows = c.some(0.004)
    for row in rows.tolist():
        column = ("lon", "lat")[int(c.rng.integers(2))]
        text = f"{c.records.at[row, column]:.7f}"
        at = text.index(".") + int(c.rng.integers(1, 5))
        digit = str((int(text[at]) + int(c.rng.integers(1, 10))) % 10)
        typed = float(text[:at] + digit + text[at + 1 :])
        moved = c.ground.to_m(*_lonlat(c, row, {column: typed})) - c.ground.to_m(*_lonlat(c, row, {}))
        c.shift(np.array([row]), moved, (("lon", "lat"),))
        c.label(np.array([row]), "digit_mistyped", float(np.hypot(*moved[0])))


def _lonlat(c: Campaign, row: int, other: dict[str, float]) -> tuple[np.ndarray, np.ndarray]:
    lon, lat = (np.array([other.get(name, c.records.at[row, name])]) for name in ("lon", "lat"))
    return lon, lat


def swapped(c: Campaign) -> None:
    rows = c.some(0.003)
    c.set(rows, ["lon", "lat"], c.records[["lat", "lon"]].to_numpy()[rows])
    c.label(rows, "swapped")


def negated_latitude(c: Campaign) -> None:
    rows = c.some(0.003)
    c.set(rows, "lat", -c.get(rows, "lat"))
    c.label(rows, "negated_latitude")


def negated_longitude(c: Campaign) -> None:
    rows = c.some(0.003)
    c.set(rows, "lon", -c.get(rows, "lon"))
    c.label(rows, "negated_longitude")


def unusable(c: Campaign) -> None:
    kinds = {
        "coordinate_missing": ["", " ", "null"],
        "coordinate_unreadable": ["GPS mati", "-", "8.5.61", "12x"],
        "beyond_range": ["215.4051234", "-198.2"],
        "both_zero": ["0", "0.0", "0.0000000"],
        "sentinel": ["-9999", "999", "-999999999"],
    }
    for kind, texts in kinds.items():
        rows = c.some(0.002)
        for column in ("lon_text", "lat_text"):
            written = (
                c.rng.choice(texts, len(rows)) if column == "lon_text" or kind != "beyond_range" else None
            )
            if written is not None:
                c.set(rows, column, written)
        c.label(rows, kind)


def few_decimals(c: Campaign) -> None:
    rows = c.some(0.006)
    decimals = c.rng.integers(2, 7, len(rows))
    for row, n in zip(rows.tolist(), decimals.tolist(), strict=True):
        for column in ("lon", "lat"):
            text = f"{c.records.at[row, column]:.{n}f}"
            c.records.at[row, f"{column}_text"] = text[:-1] + "7" if text[-1] == "0" else text
    at = c.records[["lon_text", "lat_text"]].to_numpy()[rows].astype(float)
    was = c.records[["lon", "lat"]].to_numpy()[rows]
    c.set(rows, ["x", "y"], c.records[["x", "y"]].to_numpy()[rows] + (at - was) * c.ground.per_degree)
    c.label(rows, "few_decimals", decimals)


def accuracy_said(c: Campaign) -> None:
    rows = c.some(0.003)
    c.set(rows, "accuracy_m", np.nan)
    c.label(rows, "accuracy_missing")
    rows = c.some(0.003)
    c.set(rows, "accuracy_m", 0.0)
    c.label(rows, "accuracy_zero")
    rows = c.some(0.003)
    accuracy = c.between(12, 150, len(rows))
    c.shift(rows, c.rng.normal(0, 1, (len(rows), 2)) * accuracy[:, None] / 1.5096, (("lon", "lat"),))
    c.set(rows, ["x", "y"], c.records[["x", "y"]].to_numpy()[rows])
    c.set(rows, "accuracy_m", np.round(accuracy, 2))
    c.label(rows, "accuracy_coarse", accuracy)


def mock(c: Campaign) -> None:
    rows = c.some(0.002)
    c.set(rows, "is_mock", "1")
    c.label(rows, "mock")


def placed_by_hand(c: Campaign) -> None:
    rows = c.some(0.004)
    c.set(rows, "source", "map")
    metres = c.between(5, 1000, len(rows))
    c.shift(rows, c.away(metres), (("background_lon", "background_lat"),))
    c.label(rows, "placed_by_hand", metres)


def old_fix(c: Campaign) -> None:
    rows = c.some(0.004)
    seconds = c.between(25, 1200, len(rows))
    c.set(rows, "fix_at", c.records["captured_at"].iloc[rows] - pd.to_timedelta(seconds, unit="s"))
    c.label(rows, "old_fix", seconds)


def clock_wrong(c: Campaign) -> None:
    rows = c.some(0.004)
    minutes = c.between(0.5, 120, len(rows))
    for column in ("captured_at", "photo_at"):
        c.set(rows, column, c.records[column].iloc[rows] + pd.to_timedelta(minutes, unit="min"))
    c.label(rows, "clock_wrong", minutes)


def interviewed_elsewhere(c: Campaign) -> None:
    rows = c.some(0.004)
    metres = c.between(20, 3000, len(rows))
    c.shift(rows, c.away(metres), (("interview_lon", "interview_lat"),))
    c.label(rows, "interviewed_elsewhere", metres)


def photos(c: Campaign) -> None:
    rows = c.some(0.004)
    metres = c.between(10, 2000, len(rows))
    c.shift(rows, c.away(metres), (PHOTO,))
    c.label(rows, "photo_elsewhere", metres)
    rows = c.some(0.004)
    minutes = c.between(3, 1000, len(rows))
    c.set(rows, "photo_at", c.records["photo_at"].iloc[rows] - pd.to_timedelta(minutes, unit="min"))
    c.label(rows, "photo_at_other_time", minutes)
    rows = c.some(0.003)
    c.set(rows, list(PHOTO), np.nan)
    c.label(rows, "photo_without_position")
    rows = c.some(0.003)
    rows = rows[: len(rows) // 2 * 2]
    c.set(rows[::2], "photo_sha256", c.get(rows[1::2], "photo_sha256"))
    c.label(rows, "photo_reused")


def stacked(c: Campaign) -> None:
    for rows in c.runs(0.005, 2, 6):
        c.shift_to(rows, np.repeat(c.get(rows[:1], "x", "y")[None], len(rows), axis=0))
        for column in ("lon", "lat"):
            c.set(rows, column, c.records[column].iloc[rows[0]])
        buildings = len(set(map(tuple, c.get(rows, "assigned_area", "building_no"))))
        c.label(rows, "stacked", buildings)


def one_spot(c: Campaign) -> None:
    for rows in c.runs(0.006, 3, 14):
        spread_m = c.rng.uniform(0.2, 3.0)
        first = c.get(rows[:1], "x", "y")[None]
        c.shift_to(rows, first + c.rng.normal(0, spread_m, (len(rows), 2)))
        at = c.ground.to_degrees(c.get(rows, "x", "y"))
        c.set(rows, ["lon", "lat"], at)  # one phone at one place errs in one direction
        buildings = len(set(map(tuple, c.get(rows, "assigned_area", "building_no"))))
        c.label(rows, "one_spot", buildings)


def household_twice(c: Campaign) -> None:
    for rows in c.runs(0.005, 2, 2):
        first, second = rows
        metres = c.between(0.5, 1500, 1)
        for column in ("household_key", "building_no", "assigned_area"):
            c.records.at[second, column] = c.records.at[first, column]
        c.shift_to(rows[1:], c.get(rows[:1], "x", "y")[None] + c.away(metres))
        c.label(rows, "household_twice", metres[0])


def too_fast(c: Campaign) -> None:
    for rows in c.runs(0.005, 2, 2):
        hours = (c.records["captured_at"].iloc[rows[0]] - c.records["captured_at"].iloc[rows[0] - 1]) / (
            pd.Timedelta(hours=1)
        )
        if (
            not 0 < hours < 2
            or c.records["enumerator_id"].iloc[rows[0] - 1] != c.get(rows, "enumerator_id")[0]
        ):
            continue
        speed = c.between(15, 3000, 1)
        c.shift(rows[:1], c.away(speed * hours * 1000))
        c.label(rows[:1], "too_fast", speed[0])
        c.label(rows[1:], "behind_too_fast")


def too_quick(c: Campaign) -> None:
    for rows in c.runs(0.006, 3, 8):
        first = c.records["captured_at"].iloc[rows[0]]
        minutes = np.sort(c.rng.uniform(0, 9.5, len(rows)))
        earlier = c.records["captured_at"].iloc[rows] - (first + pd.to_timedelta(minutes, unit="min"))
        for column in ("captured_at", "fix_at", "received_at", "photo_at"):
            c.set(rows, column, c.records[column].iloc[rows] - earlier)
        c.label(rows, "too_quick", len(rows))


def at_centroid(c: Campaign) -> None:
    rows = c.some(0.004)
    centres = shapely.get_coordinates(shapely.centroid(c.ground.shapes[c.get(rows, "area").astype(int)]))
    metres = c.rng.uniform(0, 15, len(rows))
    c.shift_to(rows, centres + c.away(metres))
    c.set(rows, ["lon", "lat"], c.ground.to_degrees(c.get(rows, "x", "y")))  # no receiver, no error of one
    c.set(rows, "source", "map")
    c.label(rows, "at_centroid", metres)


def at_office(c: Campaign) -> None:
    offices = [c.get(rows[:1], "x", "y") + c.rng.normal(0, 800, 2) for rows in c.runs(0.001, 2, 2)]
    c.places = np.array(offices)
    for rows in c.runs(0.005, 2, 12):
        at = c.places[int(np.argmin(np.hypot(*(c.places - c.get(rows[:1], "x", "y")).T)))]
        c.shift_to(rows, at + c.rng.normal(0, 6, (len(rows), 2)))
        c.label(rows, "at_office", len(rows))


def rounded_decimals(c: Campaign) -> None:
    for rows in c.groups(["enumerator_id"], 0.05, 90):
        share = c.rng.uniform(0, 0.6)
        some = rows[c.rng.random(len(rows)) < share]
        at = c.records[["lon", "lat"]].to_numpy()[some]
        c.set(some, ["lon", "lat"], np.round(at * 2, 4) / 2)  # to the half of the fourth decimal
        c.label(rows, "rounded_decimals", share)


def spaced_evenly(c: Campaign) -> None:
    for rows in c.groups(["enumerator_id", "area"], 0.03, 22):
        shape = c.ground.shapes[int(c.get(rows[:1], "area"))]
        jitter = c.rng.uniform(0, 0.4)
        step, grid = 1.1 * np.sqrt(shape.area / len(rows)), np.empty((0, 2))
        while len(grid) < len(rows):
            step *= 0.995
            west, south, east, north = shape.bounds
            west, south = west - c.rng.uniform(0, step), south - c.rng.uniform(0, step)
            x, y = np.meshgrid(np.arange(west, east, step), np.arange(south, north, step))
            grid = np.column_stack([x.ravel(), y.ravel()])
            grid = grid[shapely.contains_xy(shape, *grid.T)]
        at = c.rng.permutation(grid)[: len(rows)] + c.rng.uniform(-0.5, 0.5, (len(rows), 2)) * jitter * step
        c.shift_to(rows, at)
        c.set(rows, ["lon", "lat"], c.ground.to_degrees(c.get(rows, "x", "y")))
        c.label(rows, "spaced_evenly", jitter)


def careless(c: Campaign) -> None:
    for rows in c.groups(["enumerator_id"], 0.06, 60):
        share = c.between(0.02, 0.6, 1)[0]
        some = rows[c.rng.random(len(rows)) < share]
        if len(some):
            c.shift(some, c.away(c.between(200, 3000, len(some))))
        c.label(rows, "careless", share)


def edge_misdrawn(c: Campaign) -> None:
    """The line in the frame is not where people know it: all houses beyond it belong to the other side."""
    shapes, records = c.ground.shapes, c.records
    tree = shapely.STRtree(shapes)
    for area in c.rng.permutation(len(shapes))[:40].tolist():
        near = np.setdiff1d(tree.query(shapes[area], predicate="dwithin", distance=2), area)
        for other in near.tolist():
            width_m = c.between(10, 200, 1)[0]
            edge = shapely.intersection(shapely.buffer(shapes[area], 2), shapes[other])
            there = np.flatnonzero((records["area"] == other).to_numpy() & c._free)
            at = shapely.points(c.get(there, "x", "y").reshape(-1, 2))
            rows = there[shapely.distance(edge, at) <= width_m]
            if len(rows) < 4 or shapely.area(edge) < 50:
                continue
            c.claim(rows)
            c.set(rows, "assigned_area", c.ground.codes[area])
            # Some were taken by the colleague of that side, with another device.
            others = records["enumerator_id"][records["assigned_area"].str[:7] == c.ground.codes[area][:7]]
            colleague = c.rng.choice(np.setdiff1d(others.unique(), c.get(rows[:1], "enumerator_id")))
            c.set(rows[::2], "enumerator_id", colleague)
            c.set(rows[::2], "device_id", f"d-{colleague}")
            c.label(rows, "edge_misdrawn", len(rows))
            break


def left_out(c: Campaign) -> None:
    lost = []
    for rows in c.groups(["area"], 0.06, 25):
        share = c.rng.uniform(0, 0.7)
        gone = rows[c.rng.random(len(rows)) < share]
        c.label(rows, "left_out", len(gone) / c.expected[c.ground.codes[int(c.get(rows[:1], "area"))]])
        lost.append(gone)
    c.records = c.records.drop(np.concatenate(lost)).reset_index(drop=True)


# Those that need runs of untouched records come first; those that remove records last.
FAULTS: tuple[Callable[[Campaign], None], ...] = (
    edge_misdrawn, rounded_decimals, spaced_evenly, careless, one_spot, stacked,
    household_twice, too_fast, too_quick, at_office, at_centroid, taken_elsewhere, assigned_to_neighbour,
    code_mistyped, digit_mistyped, swapped, negated_latitude, negated_longitude, unusable, few_decimals,
    accuracy_said, mock, placed_by_hand, old_fix, clock_wrong, interviewed_elsewhere, photos, left_out,
)  # fmt: skip

WITHOUT_PLACE = ("coordinate_missing", "coordinate_unreadable", "beyond_range", "both_zero", "sentinel")
"""Faults that leave nothing to measure."""
