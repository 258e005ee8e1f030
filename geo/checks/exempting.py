"""Lower the severity of findings that an exemption covers. One place, after every check has spoken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geo.checks.attributes import area_words
from geo.checks.protocol import Check, Outcomes, Severity, Subject
from geo.checks.special import kind_fact
from geo.codes import CodeScheme
from geo.exemptions import Exemptions, ExemptionScope, KeyTable
from geo.times import days_at

NONE = -1
"""The rank of no exemption."""


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
    return lowered(outcomes, rows, _exemption_of(check.code, exemptions, subject, rows), exemptions)


def lowered(
    outcomes: Outcomes, rows: NDArray[np.int64], rank: NDArray[np.int64], exemptions: Exemptions
) -> Outcomes:
    """``outcomes`` whose failing ``rows`` only inform where an exemption has a ``rank``; -1 for none."""
    held = rank != NONE
    severity = outcomes.severity.copy()
    before = severity[rows]
    severity[rows[held]] = Severity.INFO
    which, back = np.unique(rank[held], return_inverse=True)
    given = [exemptions.ranked[one] for one in which.tolist()]
    words = ["", *(one.word for one in Severity)]
    evidence = {
        "exempted_from": _filled(words, np.asarray(before[held], np.int64), held),
        "exemption": _filled([one.reason for one in given], back, held),
        "exempted_by": _filled([one.who for one in given], back, held),
    }
    return replace(outcomes, severity=severity, evidence={**outcomes.evidence, **evidence})


def _filled(texts: list[str], which: NDArray[np.int64], held: NDArray[np.bool_]) -> pa.StringArray:
    """A text for each row that is held, null for the others."""
    at = np.zeros(len(held), np.int64)
    at[held] = which
    return pa.array(texts or [""], pa.string()).take(pa.array(at, mask=~held))


def _exemption_of(
    code: str, exemptions: Exemptions, subject: Subject, rows: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The rank of the exemption that covers each of ``rows``, -1 where none does.

    A scope that is named earlier in ``ExemptionScope`` wins, a smaller area over a larger.
    """
    geotags = subject.geotags
    lon = np.where(subject.usable, geotags.lon, np.nan)[rows]
    days, last_days = days_at(geotags.captured_at[rows], lon), exemptions.last_days
    rank = np.full(len(rows), NONE)
    for scope in ExemptionScope:
        tables = exemptions.tables(code, scope)
        for keys in _keys(subject, rows, scope) if tables else ():
            found = rank_of(keys, tables)
            last = last_days[found]
            # A geotag of an unknown day is not covered by an exemption that ends.
            holds = (found != NONE) & (np.isnat(last) | (days <= last))
            rank = np.where((rank == NONE) & holds, found, rank)
    return rank


def rank_of(keys: pa.StringArray, tables: list[KeyTable]) -> NDArray[np.int64]:
    """The highest rank that any of the tables has for each key, -1 where none has it."""
    rank = np.full(len(keys), NONE)
    for table in tables:
        at = pc.fill_null(pc.index_in(keys, value_set=table.keys), NONE).to_numpy(zero_copy_only=False)
        rank = np.maximum(rank, np.where(at >= 0, table.rank[at], NONE))
    return rank


def areas_above(codes: pa.StringArray, scheme: CodeScheme) -> Iterator[pa.StringArray]:
    """The codes of areas, then of the areas that hold them, from the smallest to the largest."""
    for width in sorted(scheme.widths.values(), reverse=True):
        # A shorter code is its own prefix, which no key of that width equals.
        yield pc.utf8_slice_codeunits(codes, 0, width)


def _keys(subject: Subject, rows: NDArray[np.int64], scope: ExemptionScope) -> Iterator[pa.StringArray]:
    """What the rows may be exempted by; for areas their own code and then that of each area above."""
    geotags, taken = subject.geotags, pa.array(rows)
    if scope is ExemptionScope.AREA:
        yield from areas_above(geotags.assigned_area.take(taken), subject.frame.scheme)
    elif scope is ExemptionScope.BUILDING:
        areas, numbers = (column.take(taken) for column in (geotags.assigned_area, geotags.building_no))
        joined = pc.binary_join_element_wise(areas, numbers, "#")
        yield pc.if_else(pc.equal(numbers, ""), pa.scalar(None, pa.string()), joined)
    elif scope is ExemptionScope.SPECIAL_KIND:
        yield area_words(subject, rows, kind_fact(subject.context.kind_column))
    else:
        column = {
            ExemptionScope.HOUSEHOLD: geotags.household_key,
            ExemptionScope.DEVICE: geotags.device_id,
            ExemptionScope.ENUMERATOR: geotags.enumerator_id,
        }[scope]
        yield column.take(taken)
