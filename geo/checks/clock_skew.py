"""A device's clock that runs ahead, or differs from the satellites'."""

from __future__ import annotations

import numpy as np

from geo.checks.protocol import Check, Outcomes, Severity, Subject, Values
from geo.parameters import Parameter
from geo.text import Text


def decide(subject: Subject, values: Values) -> Outcomes:
    """Fail where the capture lies after its receipt, or differs from a clock that is right.

    A record received within ``differs_min`` was sent at once, and both clocks agree. One received later was
    queued offline: then the time of the fix, which is that of the satellites, is compared.
    """
    geotags = subject.geotags
    minutes = np.timedelta64(60_000_000, "us")
    waited = (geotags.received_at - geotags.captured_at) / minutes
    off_fix = np.abs((geotags.captured_at - geotags.fix_at) / minutes)
    future = waited < -values["future_min"]
    queued = waited > values["differs_min"]
    skew = np.where(future, -waited, off_fix)
    return Outcomes.of(
        future | (queued & (off_fix > values["differs_min"])),
        Severity.REVIEW,
        {
            "no_capture_time": np.isnat(geotags.captured_at),
            "no_server_time": np.isnat(geotags.received_at),
            "queued_offline": queued & np.isnan(off_fix),
        },
        lambda rows: {"skew_min": np.round(skew[rows], 1)},
    )


CHECK = Check(
    code="CLOCK_SKEW",
    version=1,
    severity=Severity.REVIEW,
    title=Text(en="Clock of the device", id="Jam perangkat"),
    message=Text(
        en="The clock of the device differs by {skew_min:.0f} min.",
        id="Jam perangkat berselisih {skew_min:.0f} menit.",
    ),
    remedy=Text(
        en="Have the clock of the device set by the network; the order of visits may be wrong.",
        id="Atur jam perangkat mengikuti jaringan; urutan kunjungan mungkin keliru.",
    ),
    decide=decide,
    reads=("captured_at", "fix_at", "received_at"),
    parameters={
        "future_min": Parameter(5.0, "min", "catalogue of checks: captured after it was received", least=0.0),
        "differs_min": Parameter(
            10.0, "min", "catalogue of checks: device and server, or satellites", least=0.0
        ),
    },
)
