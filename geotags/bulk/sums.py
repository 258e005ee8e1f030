"""What roll-ups add up over the pieces of a bulk check: sums that wait in the scratch folder."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from geo.checks.protocol import Scope
from geo.codes import CodeScheme
from geo.engine import Checked
from geo.rollups.engine import RollUps, Sums, collect_sums, decide_sums, roll_ups_of
from geo.rollups.enumerator_flag_rate import ROLL_UP as ENUMERATOR_FLAG_RATE
from geo.rollups.enumerator_flag_rate import count_flags
from geo.rollups.protocol import RollUp, Setting
from geo.ruleset import Ruleset
from geotags.bulk.scratch import Scratch, read_table, write_table

_FOLDER = "rollups"
FLAGGED = ("enumerator_id", "assigned_area")
"""What of a geotag is counted once all checks have spoken."""


def counts_flags(ruleset: Ruleset) -> bool:
    """Whether a roll-up counts geotags by what all checks said of them."""
    return ruleset.is_on(ENUMERATOR_FLAG_RATE.code)


def save_sums(scratch: Scratch, part: str, checked: Checked, scope: Scope) -> None:
    """Add up one part of the input, cut as a scope allows, for the roll-ups that take such parts."""
    for code, table in collect_sums(checked, roll_ups_of(checked.ruleset, scope)).items():
        write_table(scratch.path(_FOLDER, f"{part}.{code}"), table)


def save_flags(
    scratch: Scratch, part: str, results: pa.Table, worst: NDArray[np.uint8], scheme: CodeScheme
) -> None:
    """Count flagged geotags of a piece, by the worst severity that any check found."""
    enumerators, areas = (results.column(name).combine_chunks() for name in FLAGGED)
    table = count_flags(enumerators, areas, worst, scheme)
    write_table(scratch.path(_FOLDER, f"{part}.{ENUMERATOR_FLAG_RATE.code}"), table)


def decide_roll_ups(scratch: Scratch, ruleset: Ruleset, setting: Setting) -> RollUps:
    """What the roll-ups say of all parts together."""
    sums: Sums = {one.code: _added_up(scratch, one) for one in roll_ups_of(ruleset)}
    return decide_sums(sums, ruleset, setting)


_PARTS_AT_ONCE = 16


def _added_up(scratch: Scratch, one: RollUp) -> pa.Table:
    waiting: list[pa.Table] = []
    for path in sorted(scratch.path(_FOLDER, "x").parent.glob(f"*.{one.code}")):
        waiting.append(read_table(path))
        if len(waiting) >= _PARTS_AT_ONCE:
            waiting = [one.add_up(waiting)]
    return one.add_up(waiting)


def reads_of(roll_ups: Iterable[RollUp]) -> frozenset[str]:
    """The fields of geotags that some roll-ups need."""
    return frozenset(name for one in roll_ups for name in one.reads)
