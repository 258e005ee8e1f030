"""An assigned code of an earlier period, whose successors this release has."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geo.checks.protocol import Check, Columns, Outcomes, Severity, Subject, Values
from geo.checks.retired import is_retired, successors_of
from geo.text import Text


def decide(subject: Subject, values: Values) -> Outcomes:
    """Fail where the code is not in the release but the split-and-merge table leads to one that is.

    The successors are offered with the geotag's distance and probability in each. Nothing is assigned anew.
    """

    def evidence(rows: NDArray[np.int64]) -> Columns:
        successors = successors_of(subject, rows)
        return {"successors": successors, "n_successors": np.diff(successors.offsets.to_numpy())}

    no_lineage = np.full(len(subject.geotags), subject.context.lineage is None)
    return Outcomes.of(is_retired(subject), Severity.REVIEW, {"no_lineage": no_lineage}, evidence)


CHECK = Check(
    code="AREA_RETIRED",
    version=1,
    severity=Severity.REVIEW,
    title=Text(en="Assigned code of an earlier period", id="Kode tugas dari periode sebelumnya"),
    message=Text(
        en="The assigned code is no longer in the frame; its area is now found in {n_successors} others.",
        id="Kode tugas tidak ada lagi dalam kerangka; wilayahnya kini berada di {n_successors} wilayah lain.",
    ),
    remedy=Text(
        en="Take the successor that the point lies in; the likeliest is named first.",
        id="Gunakan wilayah pengganti yang memuat titik ini; yang paling mungkin disebut pertama.",
    ),
    decide=decide,
)
