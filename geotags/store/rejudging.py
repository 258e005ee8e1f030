"""A new release of a frame: which stored geotags it concerns, and how far judging them again has come.

They are judged by assigned area, as groups of the scope ``record`` that wait (``geotags.store.due``).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from boundaries.store.areas import ReleaseRecord, read_releases
from boundaries.store.changes import Changed, changed_between
from boundaries.store.engine import named_sql
from boundaries.store.principals import as_checker
from geo.checks.accuracy_missing import CHECK as ACCURACY_MISSING
from geo.checks.protocol import Scope
from geo.geodesy import metres_per_degrees
from geo.geotags import SIGMAS_PER_R68
from geo.levels import Level
from geotags.store.campaigns import Campaign
from geotags.store.cells import ranges_of_boxes
from geotags.store.groups import wait

SHARP_M = 100.0
"""Up to this accuracy a geotag feels what is near; beyond it, what is far."""
SIGMAS = 5.0
FAR_M = 5_000.0
"""As far as candidates are looked for where a point lies outside, and five sigmas of an accuracy of 1 km."""


def pass_on_release(connection: Connection, campaign: Campaign, release_id: int) -> int | None:
    """Have the geotags judged again that the release concerns: the number of their assigned areas.

    None where the campaign knows the release, or a newer one. In the caller's transaction, which holds the
    campaign's lock.
    """
    known = judged_release(connection, campaign)
    if known is not None and known >= release_id:
        return None
    set_judged(connection, campaign, release_id)
    if known is None:  # no geotag has come yet
        return None
    of_id = {one.release_id: one for one in read_releases(connection, campaign.frame.frame_id)}
    areas = _affected(connection, campaign, of_id[known], of_id[release_id])
    wait(connection, campaign, ((Scope.RECORD, area) for area in areas))
    begun = {"campaign_id": campaign.campaign_id, "release_id": release_id, "areas": len(areas)}
    connection.execute(_sql("rejudging_begin"), begun)
    return len(areas)


def judged_release(connection: Connection, campaign: Campaign) -> int | None:
    """The newest release whose changes were passed on to the campaign's geotags."""
    asked = {"campaign_id": campaign.campaign_id}
    known: int | None = connection.execute(_sql("campaign_judged"), asked).scalar_one()
    return known


def set_judged(connection: Connection, campaign: Campaign, release_id: int) -> None:
    """Note that all geotags of the campaign stand against the release, or wait for it."""
    bound = {"campaign_id": campaign.campaign_id, "release_id": release_id}
    connection.execute(_sql("campaign_judged_set"), bound)


def end_rejudging(connection: Connection, campaign: Campaign) -> None:
    """Note the moment at which no area is left."""
    connection.execute(_sql("rejudgings_end"), {"campaign_id": campaign.campaign_id})


def read_rejudgings(connection: Connection, campaign: Campaign) -> list[dict[str, Any]]:
    """Newest first: number, label, areas, areas_left, started_at, ended_at."""
    with as_checker(connection):  # what waits names households; only how much it is is told
        rows = connection.execute(_sql("rejudgings"), {"campaign_id": campaign.campaign_id}).mappings()
        return [dict(row) for row in rows]


def _affected(
    connection: Connection, campaign: Campaign, before: ReleaseRecord, after: ReleaseRecord
) -> list[str]:
    """The assigned areas whose geotags may be judged otherwise, sorted. Some of them will not be."""
    asked: dict[str, Any] = {"campaign_id": campaign.campaign_id}
    if before.boundary_sigma_m != after.boundary_sigma_m:
        return sorted(connection.execute(_sql("areas_assigned"), asked).scalars())
    changed = changed_between(connection, campaign.frame, before, after)
    level, scheme = campaign.level, campaign.frame.scheme
    boxes = _places(changed, level)
    sharp_m = max(SHARP_M, campaign.ruleset.parameters[ACCURACY_MISSING.code]["assumed_m"])
    sigma_m = float(np.hypot(after.boundary_sigma_m, sharp_m / SIGMAS_PER_R68))
    for name, reach_m in (("near", SIGMAS * sigma_m), ("far", FAR_M)):
        ranges = ranges_of_boxes(_widened(boxes, reach_m))
        asked[f"{name}_first"] = [first for first, _ in ranges]
        asked[f"{name}_last"] = [last for _, last in ranges]
    asked["sharp_m"] = sharp_m
    asked["codes"] = sorted(changed.codes.get(level, ()))
    above = [one for one in scheme.levels if scheme.widths[one] < scheme.widths[level]]
    asked["prefixes"] = sorted({code for one in above for code in changed.come_or_gone.get(one, ())})
    return sorted(connection.execute(_sql("areas_affected"), asked).scalars())


def _places(changed: Changed, level: Level) -> NDArray[np.float64]:
    """Boxes (n, 4): of the areas of the level, and of the middles of those of other levels.

    A border that moves changes all areas above it, of which checks know the code, the name and the middle.
    """
    found = [changed.boxes.get(level, np.empty((0, 4)))]
    found += [np.hstack([middles, middles]) for of, middles in changed.centroids.items() if of is not level]
    return np.vstack(found)


def _widened(boxes: NDArray[np.float64], reach_m: float) -> NDArray[np.float64]:
    farthest = np.minimum(np.abs(boxes[:, [1, 3]]).max(axis=1, initial=0.0) + 0.1, 85.0)
    per_lon, per_lat = metres_per_degrees(farthest)
    lon, lat = reach_m / per_lon, reach_m / per_lat * 1.02  # a degree of latitude is shorter at the equator
    return boxes + np.column_stack([-lon, -lat, lon, lat])


def _sql(name: str) -> Any:
    return text(named_sql("geotags.store", name))
