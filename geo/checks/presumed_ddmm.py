"""Degrees and minutes read as decimal degrees: 8 degrees 30 minutes written 8.30."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geo.checks.groups import Groups, as_numbers
from geo.checks.proposals import as_evidence, measure_proposals
from geo.checks.protocol import Check, Columns, Outcomes, Scope, Severity, Subject, Values
from geo.parameters import Parameter
from geo.text import Text

_MINUTES = 0.6
"""Sixty minutes read as hundredths: in numbers that are degrees and minutes no fraction reaches it."""


def decide(subject: Subject, values: Values) -> Outcomes:
    """Fail the geotags of an enumerator when no fraction of a degree, of all, is 0.60 or more.

    Of decimal degrees four in ten are. With ``least_geotags``, nine tenths of them over ``least_span_deg``
    of longitude or of latitude, that is no chance; an enumerator who stays in one village shows too little
    of a degree, and most do. The proposal reads the fraction as minutes and says how it lies to the
    assigned area; nothing is changed.
    """
    geotags = subject.geotags
    n = len(geotags)
    named = pc.not_equal(geotags.enumerator_id, "").to_numpy(zero_copy_only=False)
    rows = np.flatnonzero(subject.usable & named)
    groups = Groups.by(as_numbers(geotags.enumerator_id.take(pa.array(rows))), rows)
    few, narrow, fails = np.zeros(n, np.bool_), np.zeros(n, np.bool_), np.zeros(n, np.bool_)
    if len(groups):
        starts = groups.starts[:-1]
        lon, lat = geotags.lon[groups.rows], geotags.lat[groups.rows]
        spans = [_central_span(of, groups) for of in (lon, lat)]
        most = np.maximum.reduceat(np.maximum(_fraction(lon), _fraction(lat)), starts)
        few[groups.rows] = (groups.sizes < values["least_geotags"])[groups.group_of]
        narrow[groups.rows] = (np.maximum(*spans) < values["least_span_deg"])[groups.group_of]
        fails[groups.rows] = (most < _MINUTES)[groups.group_of]

    def evidence(failed: NDArray[np.int64]) -> Columns:
        return {"proposal": pa.repeat("minutes", len(failed)), **_proposed(subject, failed)}

    return Outcomes.of(
        fails,
        Severity.REVIEW,
        {
            "coordinate_unusable": ~subject.usable,
            "no_enumerator": ~named,
            "few_geotags_of_enumerator": few,
            "narrow_span": narrow,
        },
        evidence,
    )


def _central_span(degrees: NDArray[np.float64], groups: Groups) -> NDArray[np.float64]:
    """How far the middle nine tenths of each group reach: a few points that went astray span nothing."""
    ordered = degrees[np.lexsort((degrees, groups.group_of))]
    left_out = groups.sizes // 20
    return np.asarray(ordered[groups.starts[1:] - 1 - left_out] - ordered[groups.starts[:-1] + left_out])


def _fraction(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
    # Of 8.30, which no binary number is, the fraction must not depend on how it is rounded.
    return np.round(np.abs(degrees) % 1.0, 9)


def _proposed(subject: Subject, rows: NDArray[np.int64]) -> Columns:
    lon, lat = (
        np.copysign(np.floor(np.abs(of)) + _fraction(of) / _MINUTES, of)
        for of in (subject.geotags.lon[rows], subject.geotags.lat[rows])
    )
    return as_evidence(*measure_proposals(subject, rows, lon, lat))


CHECK = Check(
    code="PRESUMED_DDMM",
    version=1,
    severity=Severity.REVIEW,
    title=Text(en="Minutes read as decimals?", id="Menit terbaca sebagai desimal?"),
    message=Text(
        en="No coordinate of this enumerator has a fraction of 0.60 or more: these may be minutes.",
        id="Tidak ada koordinat pencacah ini yang berpecahan 0,60 atau lebih: mungkin derajat dan menit.",
    ),
    remedy=Text(
        en="See how the device writes coordinates; the proposal says where the point lies if these are "
        "minutes.",
        id="Periksa cara perangkat menulis koordinat; usulan menyebut letak titik bila itu menit.",
    ),
    decide=decide,
    reads=("enumerator_id",),
    parameters={
        "least_geotags": Parameter(50, "", "catalogue of checks", least=20),
        "least_span_deg": Parameter(2.0, "degree", "catalogue of checks", least=0.1),
    },
    scope=Scope.ENUMERATOR,
)
