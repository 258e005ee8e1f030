"""What the rules about households of the roster share: who is there, and who is missing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geo.checks.protocol import Outcomes, Severity
from geo.geotags import Geotags
from geo.rollups.protocol import Decided, Setting
from geo.roster import Roster

if TYPE_CHECKING:
    from geo.engine import Checked

SUMS = pa.schema([("roster_row", pa.int64()), ("there", pa.int64()), ("refused", pa.int64())])
"""Of each household of the roster that has a record: how many have what is wanted, and how many give a
reason for not having it."""


def collect_households(
    checked: Checked, needs: Callable[[Roster], NDArray[np.bool_]], there: NDArray[np.bool_]
) -> pa.Table:
    """Records of the roster's households that need something; ``there`` says which of the batch have it."""
    geotags, roster = checked.subject.geotags, checked.subject.context.roster
    if roster is None:
        return SUMS.empty_table()
    rows = roster.rows_of(geotags.household_key, geotags.assigned_area)
    kept = np.flatnonzero(rows >= 0)
    kept = kept[needs(roster)[rows[kept]]]
    refused = ~np.asarray(pc.equal(geotags.refusal_reason, ""))
    columns = [rows[kept], there[kept].astype(np.int64), refused[kept].astype(np.int64)]
    summed = (
        pa.table(columns, schema=SUMS)
        .group_by("roster_row")
        .aggregate([("there", "sum"), ("refused", "sum")])
    )
    return summed.rename_columns(SUMS.names).cast(SUMS)


def decide_households(
    sums: pa.Table, setting: Setting, needs: Callable[[Roster], NDArray[np.bool_]]
) -> Decided:
    """Fail each household of a finished area that needs something and has no record with it."""
    roster = setting.context.roster
    if roster is None:
        nobody = pa.table(
            {"household_key": pa.array([], pa.string()), "area_code": pa.array([], pa.string())}
        )
        return Decided(nobody, Outcomes.of(np.zeros(0, np.bool_), Severity.REVIEW), "no_roster")
    wanted = np.flatnonzero(needs(roster))
    there, refused = np.zeros(len(roster), np.int64), np.zeros(len(roster), np.int64)
    rows = np.asarray(sums.column("roster_row"))
    there[rows], refused[rows] = (np.asarray(sums.column(name)) for name in SUMS.names[1:])
    missing = there[wanted] == 0
    subjects = pa.table(
        {
            "household_key": roster.household_key.take(pa.array(wanted)),
            "area_code": roster.assigned_area.take(pa.array(wanted)),
        }
    )
    return Decided(
        subjects,
        Outcomes.of(
            missing,
            Severity.REVIEW,
            {
                "area_not_finished": ~roster.is_finished()[wanted],
                "refusal_recorded": missing & (refused[wanted] > 0),
            },
        ),
    )


def has_position(checked: Checked) -> NDArray[np.bool_]:
    """A record with a coordinate that is a place. Shape (n,)."""
    return checked.subject.usable


def has_photo(geotags: Geotags) -> NDArray[np.bool_]:
    """A record that names a photo. Shape (n,)."""
    return ~np.asarray(pc.equal(geotags.photo_names, ""))
