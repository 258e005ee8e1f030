"""Too few decimals written: the fewer of both coordinates counts."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geo.checks.protocol import Check, Outcomes, Severity, Subject, Values
from geo.coordinates import decimals_written
from geo.parameters import Parameter
from geo.text import Text
from geo.typed import Axis, read_typed


def decide(subject: Subject, values: Values) -> Outcomes:
    """Fail below ``review_decimals`` digits after the point; an error below ``error_decimals``.

    Of degrees, minutes and seconds the decimals of a degree that they are worth: seconds three, minutes one,
    and one more for each of their own.
    """
    geotags = subject.geotags
    decimals = np.minimum(_precision(geotags.lon_text, Axis.LON), _precision(geotags.lat_text, Axis.LAT))
    not_typed = (decimals < 0) | ~geotags.typed
    severity = np.where(decimals < values["error_decimals"], Severity.ERROR, Severity.REVIEW)
    return Outcomes.of(
        decimals < values["review_decimals"],
        severity,
        {"coordinate_unusable": ~subject.usable, "no_typed_text": not_typed},
        lambda rows: {"decimals": decimals[rows]},
    )


def _precision(texts: pa.StringArray, axis: Axis) -> NDArray[np.int64]:
    """The decimals that each text is written to; -1 where nothing can be said."""
    decimals = decimals_written(texts)
    rows = np.flatnonzero((decimals < 0) & pc.is_valid(texts).to_numpy(zero_copy_only=False))
    if len(rows):
        typed = texts.take(pa.array(rows)).dictionary_encode()
        read = [read_typed(text, axis).decimals for text in typed.dictionary.to_pylist()]
        decimals[rows] = np.array(read, np.int64)[typed.indices.to_numpy(zero_copy_only=False)]
    return decimals


CHECK = Check(
    code="COORDINATE_PRECISION_LOW",
    version=1,
    severity=Severity.REVIEW,
    title=Text(en="Few decimals", id="Desimal terlalu sedikit"),
    message=Text(
        en="The coordinate was written with {decimals} decimals.",
        id="Koordinat ditulis dengan {decimals} desimal.",
    ),
    remedy=Text(
        en="Export the coordinate with at least five decimals (about one metre), or take it again.",
        id="Ekspor koordinat dengan sedikitnya lima desimal (sekitar satu meter), atau ambil ulang.",
    ),
    decide=decide,
    parameters={
        "review_decimals": Parameter(5, "", "catalogue of checks: 1e-5 degree is 1.1 m", least=0, most=15),
        "error_decimals": Parameter(
            4, "", "catalogue of checks: 1e-4 degree is 11 m, the width of a plot", least=0, most=15
        ),
    },
)
