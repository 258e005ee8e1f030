"""Periods of a frame: ``2026_1`` is the first semester of 2026, ``261`` in the names of columns."""

from __future__ import annotations

import json
import re

from geo.errors import ValueRefused
from geo.frame import Frame
from geo.levels import Level
from geo.text import Text

_PERIOD = re.compile(r"20[0-9]{2}_[12]")
_ATTRIBUTE = "periode"

PERIOD = Text(en="period of the release (--period)", id="periode rilis (--period)")
WANTED = Text(
    en="year and semester, such as 2026_1",
    id="tahun dan semester, misalnya 2026_1",
)


def short_period(period: str) -> str:
    """``2026_1`` -> ``261``. Raises ``ValueRefused`` for anything that is not a year and a semester."""
    if not _PERIOD.fullmatch(period):
        raise ValueRefused(where=PERIOD, value=period, wanted=WANTED)
    return period[2:4] + period[5]


def period_of(frame: Frame, level: Level) -> str:
    """The period that a release is of: its label, or the one ``periode`` that all its areas name.

    "" where neither says one: a file's name is no label, and areas of two periods are of none.
    """
    if _PERIOD.fullmatch(frame.release):
        return frame.release
    named = {
        str(json.loads(text).get(_ATTRIBUTE, ""))
        for _, layer in frame.layers(level)
        for text in layer.attributes.to_pylist()
    }
    (only,) = named if len(named) == 1 else {""}
    return only if _PERIOD.fullmatch(only) else ""
