"""Exemptions of enumerators, areas and households lower what roll-ups find about them, as with checks."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from geo.checks.exempting import NONE, areas_above, lowered, rank_of
from geo.checks.protocol import Outcomes
from geo.exemptions import Exemptions, ExemptionScope
from geo.rollups.protocol import Decided, Setting


def exempted_subjects(code: str, decided: Decided, setting: Setting) -> Outcomes:
    """The outcomes of a roll-up, findings about exempted subjects as information, with reason and who.

    A roll-up is about the geotags of many days: an exemption that ends on one of them covers none.
    """
    exemptions, outcomes = setting.context.exemptions, decided.outcomes
    rows = outcomes.failed
    if exemptions is None or not len(rows) or not exemptions.concern(code):
        return outcomes
    subjects = decided.subjects.take(pa.array(rows))
    return lowered(outcomes, rows, _exemption_of(code, exemptions, subjects, setting), exemptions)


def _exemption_of(
    code: str, exemptions: Exemptions, subjects: pa.Table, setting: Setting
) -> NDArray[np.int64]:
    rank = np.full(subjects.num_rows, NONE)
    for scope in ExemptionScope:
        tables = exemptions.tables(code, scope)
        for keys in _keys(subjects, scope, setting) if tables else ():
            found = rank_of(keys, tables)
            holds = (found != NONE) & np.isnat(exemptions.last_days[found])
            rank = np.where((rank == NONE) & holds, found, rank)
    return rank


def _keys(subjects: pa.Table, scope: ExemptionScope, setting: Setting) -> Iterator[pa.StringArray]:
    """What the subjects may be exempted by; of a pair of areas the assigned one."""
    column = {
        ExemptionScope.HOUSEHOLD: "household_key",
        ExemptionScope.ENUMERATOR: "enumerator_id",
        ExemptionScope.AREA: "area_code",
    }.get(scope)
    if column is None or column not in subjects.column_names:
        return
    keys = subjects.column(column).combine_chunks()
    if scope is ExemptionScope.AREA:
        yield from areas_above(keys, setting.frame.scheme)
    else:
        yield keys
