"""A geotag where the boundary of its area has an open finding of frame quality."""

from __future__ import annotations

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from geo.checks.protocol import Check, Outcomes, Severity, Subject, Values
from geo.membership import measure_points
from geo.text import Text


def decide(subject: Subject, values: Values) -> Outcomes:
    """Fail within one standard deviation of the place of a finding about the assigned area, or inside it."""
    n = len(subject.geotags)
    n_findings = np.zeros(n, np.int64)
    if subject.context.doubtful is not None:
        rows, places = _pairs(subject)
        near = subject.usable[rows]
        rows, places = rows[near], places[near]
        lon, lat = subject.geotags.lon[rows], subject.geotags.lat[rows]
        sigma_m = subject.membership.sigma_m[rows]
        distance_m, _ = measure_points(subject.context.doubtful, places, lon, lat, sigma_m)
        np.add.at(n_findings, rows[distance_m >= -sigma_m], 1)
    return Outcomes.of(
        n_findings > 0,
        Severity.INFO,
        {
            "no_frame_findings": np.full(n, subject.context.doubtful is None),
            "coordinate_unusable": ~subject.usable,
        },
        lambda rows: {"findings": n_findings[rows]},
    )


def _pairs(subject: Subject) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Each geotag with each place of a finding about its assigned area."""
    layer = subject.context.doubtful
    assert layer is not None
    codes = layer.codes.dictionary_encode()
    of_place = np.asarray(codes.indices.to_numpy(zero_copy_only=False), np.int64)
    order = np.argsort(of_place, kind="stable")
    sizes = np.bincount(of_place, minlength=len(codes.dictionary))
    starts = np.cumsum(sizes) - sizes
    code = pc.fill_null(pc.index_in(subject.geotags.assigned_area, value_set=codes.dictionary), -1)
    code = np.asarray(code.to_numpy(zero_copy_only=False), np.int64)
    rows = np.flatnonzero(code >= 0)
    each = sizes[code[rows]]
    within = np.arange(each.sum()) - np.repeat(np.cumsum(each) - each, each)
    return np.repeat(rows, each), order[np.repeat(starts[code[rows]], each) + within]


CHECK = Check(
    code="AREA_GEOMETRY_DOUBTFUL",
    version=1,
    severity=Severity.INFO,
    title=Text(en="The boundary is in doubt here", id="Batas di sini masih diragukan"),
    message=Text(
        en="Open findings about the boundary of the assigned area at this place: {findings}.",
        id="Temuan terbuka tentang batas wilayah tugas di tempat ini: {findings}.",
    ),
    remedy=Text(
        en="Settle the findings about the frame first; then check again.",
        id="Selesaikan dahulu temuan tentang kerangka; lalu periksa lagi.",
    ),
    decide=decide,
)
