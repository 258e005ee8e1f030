"""Lower the severity of findings that an exemption covers. One place, after every check has spoken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geo.checks.attributes import area_values
from geo.checks.protocol import Check, Outcomes, Severity, Subject
from geo.exemptions import Exemption, Exemptions, ExemptionScope
from geo.special_areas import kind_of


def exempted(check: Check, outcomes: Outcomes, subject: Subject) -> Outcomes:
    """The same outcomes, exempted findings as information.

    Their evidence says which severity they had, the reason and who gave it. Where a campaign has exemptions
    for a check, all of its findings have these columns, empty for those that none covers.
    """
    exemptions: Exemptions | None = subject.context.exemptions
    if exemptions is None or not check.exemptible or not exemptions.concern(check.code):
        return outcomes
    rows = outcomes.failed
    if not len(rows):
        return outcomes
    of_row: list[Exemption | None] = [None] * len(rows)
    for scope in ExemptionScope:
        known = exemptions.of(check.code, scope)
        if known:
            _look_up(subject, rows, scope, known, of_row)
    held = np.array([one is not None for one in of_row])
    severity = outcomes.severity.copy()
    words = np.array(["", *(one.word for one in Severity)], object)
    before = [word if one else None for word, one in zip(words[severity[rows]], of_row, strict=True)]
    severity[rows[held]] = Severity.INFO
    evidence = {
        "exempted_from": pa.array(before, pa.string()),
        "exemption": pa.array([one and one.reason for one in of_row], pa.string()),
        "exempted_by": pa.array([one and one.who for one in of_row], pa.string()),
    }
    return replace(outcomes, severity=severity, evidence={**outcomes.evidence, **evidence})


def _look_up(
    subject: Subject,
    rows: NDArray[np.int64],
    scope: ExemptionScope,
    known: Mapping[str, Exemption],
    of_row: list[Exemption | None],
) -> None:
    """Fill in the exemption of each row that has none yet."""
    keys = pa.array(list(known), pa.string())
    exemptions = list(known.values())
    days = subject.geotags.captured_at[rows].astype("datetime64[D]")
    for column in _keys(subject, rows, scope, known):
        found = pc.fill_null(pc.index_in(column, value_set=keys), -1).to_numpy(zero_copy_only=False)
        for at in np.flatnonzero(found >= 0).tolist():
            one = exemptions[found[at]]
            # A geotag of an unknown day is not covered by an exemption that ends.
            if of_row[at] is None and (one.until is None or bool(days[at] <= np.datetime64(one.until))):
                of_row[at] = one


def _keys(
    subject: Subject, rows: NDArray[np.int64], scope: ExemptionScope, known: Mapping[str, Exemption]
) -> list[pa.StringArray]:
    """What the rows may be exempted by; for areas their own code and that of each area above."""
    geotags, taken = subject.geotags, pa.array(rows)
    if scope is ExemptionScope.AREA:
        codes = geotags.assigned_area.take(taken)
        widths = sorted({len(key) for key in known}, reverse=True)
        # A shorter code is its own prefix, which no key of that width equals.
        return [pc.utf8_slice_codeunits(codes, 0, width) for width in widths]
    if scope is ExemptionScope.BUILDING:
        columns = (column.take(taken) for column in (geotags.assigned_area, geotags.building_no))
        return [pc.binary_join_element_wise(*columns, "#")]
    if scope is ExemptionScope.SPECIAL_KIND:
        kinds = area_values(subject, rows, lambda _, of: kind_of(of, subject.context.kind_column), "")
        return [pa.array(kinds, pa.string())]
    column = {
        ExemptionScope.HOUSEHOLD: geotags.household_key,
        ExemptionScope.DEVICE: geotags.device_id,
        ExemptionScope.ENUMERATOR: geotags.enumerator_id,
    }[scope]
    return [column.take(taken)]
