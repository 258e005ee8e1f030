"""Geotags of made-up households, and the list of the faults planted among them."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from boundaries.areas import AreaTable
from geo.errors import ValueRefused
from geo.levels import Level
from patok.sample.draft import Draft
from patok.sample.faults import plant_faults
from patok.sample.ground import Ground
from patok.sample.settling import Settled, separate, settle

LEAST_HOUSEHOLDS = 2_000
# Papua keeps Indonesian eastern time (WIT).
_ZONE = dt.timezone(dt.timedelta(hours=9))
_FIRST_DAY = dt.datetime(2025, 10, 6, 8, 0, tzinfo=_ZONE)
_HOUSEHOLDS_PER_ENUMERATOR = 140
_VISITS_PER_DAY = 14


def make_geotags(
    tables: dict[Level, AreaTable], seed: int = 1945, n: int = 40_000
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """``n`` geotags under the column names of the office's survey app, and what was planted in them.

    The first table has one row per household, all columns text. The second has one row per finding
    that must be raised: ``assignment_id``, ``code`` (of the check), ``severity``, ``needs_judgement``
    (False where the definition alone decides), ``note``. A household with one fault has several rows
    where the definitions name it twice (swapped coordinates are out of range as well). No other
    household raises a code whose rows all have ``needs_judgement`` False; households near a border
    may raise MEMBERSHIP_UNCERTAIN or POSITION_NOT_DECISIVE of their own.

    The positions are true by construction and by shapely, never by Patok's own engine. The same
    arguments give the same tables. Raises ValueRefused for fewer than 2,000 households.
    """
    if n < LEAST_HOUSEHOLDS:
        raise ValueRefused(where="make_geotags", value=n, wanted=f"at least {LEAST_HOUSEHOLDS:,} households")
    rng = np.random.default_rng(seed)
    ground = Ground.of(tables)
    settled = settle(ground, n, rng)
    ids = _uuids(n, rng)
    draft = Draft(ground, settled, rng)
    plant_faults(draft)
    separate(settled.reported, draft.place, draft.may_be_nudged)
    lon_text, lat_text = draft.coordinate_texts()
    enumerator, started = _visits(settled, ground)
    rows = pd.DataFrame(
        {
            "assignment_id": ids,
            "level_6_full_code": draft.assigned_code,
            "no_bang": [f"{number:04d}" for number in settled.building.tolist()],
            "no_keluarga": [f"{number:03d}" for number in settled.family.tolist()],
            "household_key": _household_keys(n, rng),
            "geotag_longitude": lon_text,
            "geotag_latitude": lat_text,
            "geotag_accuracy": [f"{accuracy:.2f}" for accuracy in settled.accuracy_m.tolist()],
            "enumerator": enumerator,
            "mulai": started,
        },
        dtype="str",
    )
    return rows, draft.planted_table(ids)


def _uuids(n: int, rng: np.random.Generator) -> np.ndarray:
    """Random UUIDs of version 4, as text."""
    octets = rng.integers(0, 256, (n, 16), dtype=np.uint8)
    octets[:, 6] = octets[:, 6] & 0x0F | 0x40
    octets[:, 8] = octets[:, 8] & 0x3F | 0x80
    digits = octets.tobytes().hex()
    return np.array(
        [
            f"{digits[i : i + 8]}-{digits[i + 8 : i + 12]}-{digits[i + 12 : i + 16]}"
            f"-{digits[i + 16 : i + 20]}-{digits[i + 20 : i + 32]}"
            for i in range(0, 32 * n, 32)
        ]
    )


def _household_keys(n: int, rng: np.random.Generator) -> list[str]:
    """Different keys that no register could hold: a counter scrambled by an odd factor."""
    start = int(rng.integers(2**40))
    return [f"kk-{(start + i) * 0x9E3779B97F4A7C15 % 2**64:016x}" for i in range(n)]


def _visits(settled: Settled, ground: Ground) -> tuple[list[str], list[str]]:
    """Who visited each household, and when: one after the other, some fourteen a day."""
    desa = ground.desa[settled.area]
    starts = np.r_[True, desa[1:] != desa[:-1]]
    rows = np.arange(len(desa))
    nth = rows - np.maximum.accumulate(np.where(starts, rows, 0))
    turn = nth % _HOUSEHOLDS_PER_ENUMERATOR
    enumerator = [
        f"PPL{code}{n // _HOUSEHOLDS_PER_ENUMERATOR + 1:02d}" for code, n in zip(desa, nth, strict=True)
    ]
    started = [
        (
            _FIRST_DAY
            + dt.timedelta(days=t // _VISITS_PER_DAY, minutes=t % _VISITS_PER_DAY * 34 + row * 7 % 13)
        ).isoformat(timespec="seconds")
        for row, t in enumerate(turn.tolist())
    ]
    return enumerator, started
