"""A position that the device says came from a mock location provider."""

from __future__ import annotations

from geo.checks.protocol import Check, Outcomes, Severity, Subject, Values
from geo.geotags import MOCK_UNKNOWN, MOCK_YES
from geo.text import Text


def decide(subject: Subject, values: Values) -> Outcomes:
    """Fail where the device's flag is set."""
    mock = subject.geotags.is_mock
    return Outcomes.of(mock == MOCK_YES, Severity.REVIEW, {"no_mock_flag": mock == MOCK_UNKNOWN})


CHECK = Check(
    code="MOCK_LOCATION",
    version=1,
    severity=Severity.REVIEW,
    title=Text(en="Mock location", id="Lokasi tiruan"),
    message=Text(
        en="The device marked the position as a mock location.",
        id="Perangkat menandai posisi ini sebagai lokasi tiruan.",
    ),
    remedy=Text(
        en="Ask how it was taken: an external receiver is connected this way too, and can be registered.",
        id="Tanyakan cara pengambilannya: penerima luar juga terhubung seperti ini dan dapat didaftarkan.",
    ),
    decide=decide,
    reads=("is_mock",),
)
