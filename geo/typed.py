"""Coordinates as people type them: decimal commas, degrees with minutes and seconds, hemispheres.

What has one meaning is read; what has two is ambiguous, and nobody chooses for the household. Each text is
judged by itself, so that order and batch of the rows change nothing.

    -6.2088    -6,20881    8.127S    S 8.127    8°7'35,424"S    03°19'03.44" N    7 30 12.5 LS    106:49:35 BT
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from enum import StrEnum

from geo.coordinates import CoordinateState


class Axis(StrEnum):
    """Which of the two coordinates a text stands for."""

    LON = "lon"
    LAT = "lat"


# English letters and the Indonesian ones: lintang utara, lintang selatan, bujur timur, bujur barat.
_SIGN_OF = {
    Axis.LAT: {"N": 1, "U": 1, "LU": 1, "S": -1, "LS": -1},
    Axis.LON: {"E": 1, "T": 1, "BT": 1, "W": -1, "B": -1, "BB": -1},
}
_LETTERS = r"(?P<{}>LU|LS|BT|BB|[NSEWUTB])"
_MARKS = str.maketrans("º˚∘’′`´”″“−", "°°°''''\"\"\"-")
_WHOLE = re.compile(
    rf"(?:{_LETTERS.format('before')}\s*)?(?P<sign>[+-])?\s*"
    rf"(?P<body>[0-9][^A-Z]*?)\s*(?:{_LETTERS.format('after')})?"
)
_DECIMAL = re.compile(r"(?P<whole>[0-9]{1,3})(?:(?P<mark>[.,])(?P<part>[0-9]+))?\s*(?P<degrees>°)?")
# Degrees with a mark or a blank behind them, then minutes, then seconds; only the last field has a fraction.
_FIELDS = re.compile(
    r"(?P<d>[0-9]{1,3})\s*[°:\s]\s*"
    r"(?:(?P<m>[0-9]{1,2})(?:[.,](?P<mf>[0-9]+))?\s*'?"
    r"|(?P<m2>[0-9]{1,2})\s*['\s:]\s*(?P<s>[0-9]{1,2})(?:[.,](?P<sf>[0-9]+))?\s*(?:\"|'')?)"
)
_MOST_AMBIGUOUS = 4
"""Digits behind a comma that may be minutes, or minutes and seconds: 8,30 and 8,747 and 8,0747."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What a text says: degrees (NaN unless it is a number), and to how many decimals of a degree.

    Seconds are worth three decimals of a degree and one more for each of their own, minutes one.
    """

    degrees: float
    state: CoordinateState
    decimals: int = -1


_INVALID, _AMBIGUOUS = (
    Typed(math.nan, CoordinateState.INVALID),
    Typed(math.nan, CoordinateState.AMBIGUOUS),
)


def read_typed(text: str, axis: Axis) -> Typed:
    """Read one text that is no plain decimal number with a point."""
    match = _WHOLE.fullmatch(text.translate(_MARKS).strip().upper())
    if match is None or not text.isprintable():
        return _INVALID
    sign = _sign(match, axis)
    if sign is None:
        return _INVALID
    body = match["body"].strip()
    read = _decimal(body) or _fields(body)
    if read is None:
        return _INVALID
    return read if math.isnan(read.degrees) else Typed(sign * read.degrees, read.state, read.decimals)


def _sign(match: re.Match[str], axis: Axis) -> int | None:
    """The sign of the degrees; None where letters are those of the other axis or contradict each other."""
    letters = [letter for letter in (match["before"], match["after"]) if letter]
    if len(letters) > 1 or not all(letter in _SIGN_OF[axis] for letter in letters):
        return None
    of_letter = _SIGN_OF[axis][letters[0]] if letters else None
    of_sign = {"+": 1, "-": -1, None: None}[match["sign"]]
    # A minus before a southern latitude is written by people who mean the south twice.
    if of_letter is not None and of_sign is not None and of_letter != of_sign:
        return None
    return of_letter or of_sign or 1


def _decimal(body: str) -> Typed | None:
    match = _DECIMAL.fullmatch(body)
    if match is None or (not body.isascii() and "°" not in body):
        return None
    part = match["part"] or ""
    if match["mark"] == "," and not match["degrees"] and _may_be_minutes(part):
        return _AMBIGUOUS
    return Typed(float(f"{match['whole']}.{part or '0'}"), CoordinateState.NUMBER, len(part))


def _may_be_minutes(part: str) -> bool:
    """Whether digits behind a comma can be minutes (1 or 2 digits) or minutes and seconds (3 or 4)."""
    if len(part) > _MOST_AMBIGUOUS:
        return False
    minutes, seconds = (part, "0") if len(part) <= 2 else (part[:-2], part[-2:])
    return int(minutes) < 60 and int(seconds) < 60


def _fields(body: str) -> Typed | None:
    match = _FIELDS.fullmatch(body)
    if match is None:
        return None
    if match["s"] is None:
        # 8 30 without a mark may be two numbers of a pair.
        if not set(body) & set("°:'"):
            return None
        minutes, seconds, decimals = (
            float(f"{match['m']}.{match['mf'] or '0'}"),
            0.0,
            1 + len(match["mf"] or ""),
        )
    else:
        minutes, seconds = float(match["m2"]), float(f"{match['s']}.{match['sf'] or '0'}")
        decimals = 3 + len(match["sf"] or "")
    if minutes >= 60 or seconds >= 60:
        return None
    return Typed(int(match["d"]) + minutes / 60 + seconds / 3600, CoordinateState.NUMBER, decimals)
