"""How often Patok's checks are right, on campaigns with planted faults: precision, recall, calibration.

    python bench/labelled.py klungkung.geojson barru.geojson --seeds 1 2 3 > table.md

Each boundary file and seed gives a campaign (campaign.py) in which faults of every kind are planted
(faults.py). A finding is right where the record has a fault that the check is for, or where what it says is
so: of being outside, that the place without the device's error lies outside. Recall is counted by the size
of the fault.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import campaign
import faults
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from scores import GROUP_SCORES, RECORD_SCORES, GroupScore, RecordScore

from geo.context import Context
from geo.engine import Checked, check_geotags
from geo.frame import Layer
from geo.geotags import Geotags
from geo.levels import Level
from geo.membership import sigmas_m
from geo.photos import Photos
from geo.places import Places
from geo.regions import Regions
from geo.rollups.engine import RollUps, roll_up_all
from geo.roster import Roster
from patok.notebook import read_frame

MEAN_HOUSEHOLDS = 42


@dataclass
class Tally:
    """Of one check: the planted faults by size and whether each was found, and its findings."""

    sizes: list[float] = field(default_factory=list)
    was_found: list[bool] = field(default_factory=list)
    findings: int = 0
    right: int = 0

    def add(self, sizes: np.ndarray, was_found: np.ndarray, findings: int, right: int) -> None:
        self.sizes += np.asarray(sizes, float).tolist()
        self.was_found += np.asarray(was_found, bool).tolist()
        self.findings += findings
        self.right += right


@dataclass(frozen=True, eq=False)
class Outcome:
    """One campaign, checked."""

    planted: faults.Campaign
    checked: Checked
    roll_ups: RollUps
    outside_sigmas: np.ndarray
    """How far the place lies outside its assigned area, in standard deviations of device and boundary."""


def run(ground: campaign.Ground, seed: int) -> Outcome:
    """Make a campaign, plant the faults, check it."""
    rng = np.random.default_rng(seed)
    records = campaign.record(ground, campaign.settle(ground, MEAN_HOUSEHOLDS, rng), rng)
    planted = faults.Campaign(ground, records, rng)
    for plant in faults.FAULTS:
        plant(planted)
    records = planted.records
    checked = check_geotags(as_geotags(records), ground.frame, ground.level, context=context_of(planted))
    outside_m = ground.outside_m(records["assigned_area"].to_numpy(), records[["x", "y"]].to_numpy())
    sigma = sigmas_m(records["accuracy_m"].to_numpy(), ground.frame.boundary_sigma_m, 20.0)
    return Outcome(planted, checked, roll_up_all(checked), outside_m / sigma)


def as_geotags(records: pd.DataFrame) -> Geotags:
    """The records as a file would give them."""
    columns: dict[str, Any] = {}
    for column in ("lon", "lat"):
        written = records[column].map("{:.7f}".format)
        columns[f"{column}_text"] = pa.array(
            records[f"{column}_text"].where(records[f"{column}_text"].notna(), written), pa.string()
        )
    texts = ("item_id", "household_key", "building_no", "assigned_area", "enumerator_id", "device_id")
    for name in (*texts, "provider", "source", "is_mock", "photo_names"):
        columns[name] = pa.array(records[name], pa.string())
    for name in ("accuracy_m", "interview_lon", "interview_lat", "background_lon", "background_lat"):
        columns[name] = pa.array(records[name].to_numpy())
    for name in ("captured_at", "fix_at", "received_at"):
        columns[name] = pa.array(records[name])
    return Geotags.from_columns(columns)


def context_of(planted: faults.Campaign) -> Context:
    """The roster, photos, places and country of a campaign."""
    records, ground = planted.records, planted.ground
    at = records["photo_at"].dt.tz_localize(None).to_numpy("datetime64[us]")
    photos = Photos(
        pa.array(records["photo_names"], pa.string()),
        pa.array(records["photo_sha256"], pa.string()),
        records["photo_lon"].to_numpy(),
        records["photo_lat"].to_numpy(),
        at,
        at + np.timedelta64(8, "h"),
        np.full(len(records), np.nan),
    )
    places = ground.to_degrees(planted.places)
    names = pa.array([f"office {i}" for i in range(len(places))], pa.string())
    west, south, east, north = ground.frame.extent()
    country = shapely.box(west - 1, south - 1, east + 1, north + 1)
    roster = planted.roster
    return Context(
        country=Regions.of(Layer.from_geometries(ground.level, [""], [""], ["{}"], [country])),
        photos=photos,
        places=Places(names, names, places[:, 0].copy(), places[:, 1].copy()),
        roster=Roster(
            pa.array(roster["household_key"], pa.string()),
            pa.array(roster["assigned_area"], pa.string()),
            np.ones(len(roster), bool),
            np.zeros(len(roster), bool),
            finished=frozenset(ground.codes),
        ),
    )


def score_records(outcome: Outcome, score: RecordScore, tally: Tally) -> None:
    """Add what one campaign says of a check of geotags."""
    records = outcome.planted.records
    found = np.zeros(len(records), bool)
    for code in score.codes:
        found[outcome.checked.outcomes[code].failed] = True
    kind, outside = records["fault"].to_numpy(), outcome.outside_sigmas
    unusable = np.isin(kind, faults.WITHOUT_PLACE)
    if score.by_distance:
        wanted, sizes = (outside > 0) & np.isfinite(outside) & ~unusable, outside
    else:
        wanted, sizes = np.isin(kind, score.kinds), records["size"].to_numpy(float)
    right = np.isin(kind, (*score.kinds, *score.also))
    if score.by_distance:
        right |= outside > 0
    if score.also_behind:
        same = records["enumerator_id"].eq(records["enumerator_id"].shift()).to_numpy()
        right |= same & np.r_[False, right[:-1]]
    tally.add(sizes[wanted], found[wanted], int(found.sum()), int((found & right).sum()))


def score_groups(outcome: Outcome, score: GroupScore, tally: Tally) -> None:
    """Add what one campaign says of a roll-up. A group's fault is that of its records."""
    records = outcome.planted.records
    table = outcome.roll_ups.findings.to_pandas()
    of_kind = records[records["fault"].isin(score.kinds)]
    keys = [tuple(row) for row in of_kind[list(score.keys)].itertuples(index=False)]
    size_of: dict[tuple[str, ...], float] = dict(zip(keys, of_kind["size"], strict=True))
    hits = table[table["code"].isin(score.codes)]
    found = {tuple(row) for row in hits[list(score.subject)].itertuples(index=False)}
    also = records[records["fault"].isin(score.also)]
    right = set(size_of) | {tuple(row) for row in also[list(score.keys)].itertuples(index=False)}
    sizes = np.array([*size_of.values()])
    tally.add(sizes, np.array([key in found for key in size_of]), len(found), len(found & right))


def new_bins() -> dict[int, list[float]]:
    """For each tenth of probability: cases, their probabilities added up, those inside."""
    return defaultdict(lambda: [0, 0.0, 0])


def calibrate(ground: campaign.Ground, seed: int, bins: dict[int, list[float]], *, even: bool) -> None:
    """Ask for P of an area near each geotag, drawn at random, and note whether the house was in it.

    ``even``: houses anywhere at random instead of in hamlets. Left out is what is near a coast or an area
    that nobody lives in: houses stand on one side only there, and P does not know it.
    """
    rng = np.random.default_rng(seed)
    houses = campaign.settle(ground, MEAN_HOUSEHOLDS, rng)
    if even:
        for area, rows in houses.groupby("area").groups.items():
            houses.loc[rows, ["x", "y"]] = campaign.inside(ground.shapes[area], len(rows), rng)
    records = campaign.record(ground, houses, rng)
    sigma = sigmas_m(records["accuracy_m"].to_numpy(), ground.frame.boundary_sigma_m, 20.0)
    at = shapely.points(ground.to_m(records["lon"].to_numpy(), records["lat"].to_numpy()))
    rows, near = shapely.STRtree(ground.shapes).query(at, predicate="dwithin", distance=4 * sigma)
    land = shapely.unary_union(shapely.buffer(ground.shapes, 1.0))
    shapely.prepare(land)
    inland = shapely.contains_properly(land, shapely.buffer(at, 4 * sigma))
    rows, near = rows[inland[rows]], near[inland[rows]]
    order = rng.permutation(len(rows))
    _, first = np.unique(rows[order], return_index=True)
    rows, near = rows[order][first], near[order][first]
    asked = records.iloc[rows].assign(assigned_area=ground.codes[near])
    checked = check_geotags(as_geotags(asked), ground.frame, ground.level, checks=())
    probability = checked.membership.probability
    was_there = (asked["true_area"] == asked["assigned_area"]).to_numpy()
    for p, there in zip(probability.tolist(), was_there.tolist(), strict=True):
        if p == p and 0.001 <= p <= 0.999:
            counted = bins[min(int(p * 10), 9)]
            counted[0] += 1
            counted[1] += p
            counted[2] += there


def by_size(score: RecordScore | GroupScore, tally: Tally) -> str:
    """Recall in each bin of sizes."""
    sizes, found = np.array(tally.sizes), np.array(tally.was_found)
    if not score.bins:
        return ""
    texts = []
    for low, high in zip((-np.inf, *score.bins), (*score.bins, np.inf), strict=True):
        inside = (sizes >= low) & (sizes < high)
        if inside.any():
            name = (
                f"< {high:g}" if low == -np.inf else f"≥ {low:g}" if high == np.inf else f"{low:g}–{high:g}"
            )
            texts.append(f"{name}: {found[inside].mean():.2f} ({inside.sum():,})")
    return f"{score.unit}: " + ", ".join(texts)


def row_of(score: RecordScore | GroupScore, tally: Tally) -> str:
    """One line of the table."""
    sizes, found = np.array(tally.sizes), np.array(tally.was_found)
    clear = np.ones(len(sizes), bool) if score.clear_from is None else sizes >= score.clear_from
    if score.clear_to is not None:
        clear &= sizes < score.clear_to
    recall = f"{found[clear].mean():.3f} ({clear.sum():,})" if clear.any() else "–"
    precision = f"{tally.right / tally.findings:.3f} ({tally.findings:,})" if tally.findings else "–"
    return (
        f"| {', '.join(f'`{code}`' for code in score.codes)} | {precision} | {recall} | {score.clear} "
        f"| {by_size(score, tally)} |"
    )


def reliability(bins: dict[int, list[float]]) -> list[str]:
    lines = ["| probability said | cases | mean said | share inside |", "|---|---|---|---|"]
    for i in range(10):
        n, said, there = bins[i]
        if n:
            lines.append(f"| {i / 10:.1f}–{i / 10 + 0.1:.1f} | {n:,} | {said / n:.3f} | {there / n:.3f} |")
    return lines


def main(arguments: list[str]) -> None:
    """Run all campaigns and print the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("frames", type=Path, nargs="+")
    parser.add_argument("--level", default="subsls")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4, 5])
    given = parser.parse_args(arguments)
    scores: tuple[RecordScore | GroupScore, ...] = (*RECORD_SCORES, *GROUP_SCORES)
    tallies = [Tally() for _ in scores]
    bins = [new_bins(), new_bins()]
    n_records = 0
    for path in given.frames:
        ground = campaign.Ground.of(read_frame(path, given.level), Level(given.level))
        for seed in given.seeds:
            outcome = run(ground, seed)
            n_records += len(outcome.planted.records)
            for score, tally in zip(scores, tallies, strict=True):
                add = score_records if isinstance(score, RecordScore) else score_groups
                add(outcome, score, tally)
            for one, even in zip(bins, (True, False), strict=True):
                calibrate(ground, 1000 + seed, one, even=even)
            print(f"{path.name}, seed {seed}: {len(outcome.planted.records):,} records", file=sys.stderr)
    print(f"{n_records:,} records of {len(given.frames) * len(given.seeds)} campaigns.\n")
    print("| check | precision (findings) | recall (faults) | of faults | recall by size (faults) |")
    print("|---|---|---|---|---|")
    for score, tally in zip(scores, tallies, strict=True):
        print(row_of(score, tally))
    for title, one in zip(("Houses anywhere", "Houses in hamlets"), bins, strict=True):
        print(f"\n{title}:\n", *reliability(one), sep="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
