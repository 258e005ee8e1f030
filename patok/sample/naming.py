"""Invented Indonesian names: they sound like places on the coast of Papua and belong to none."""

from __future__ import annotations

import numpy as np

NAME_OF_PROVINCE = "PAPUA"
NAME_OF_KABUPATEN = "CONTOH RAYA"

_OPENINGS = ("WAI", "SEM", "MAR", "KOR", "TANJA", "BIRA", "OMA", "SARI", "NAWE", "LOKI", "YAPE", "MOSA",
             "ARU", "KASI", "WANGO", "DERA", "PATI", "RUMBA", "SUWA", "INO")  # fmt: skip
_MIDDLES = ("RE", "NDO", "KA", "MBE", "TI", "RO", "SA", "WI", "LU", "")
_ENDINGS = ("WA", "RI", "NGGI", "PAS", "TU", "BAN", "MO", "RAI", "SIP", "DEN", "YA", "KUR")
_ADDITIONS = ("", "", "", "", " DALAM", " PANTAI", " BARU", " ATAS", " HILIR", " JAYA")


def invent_names(n: int, rng: np.random.Generator, additions: bool = True) -> list[str]:
    """``n`` different names."""
    names: dict[str, None] = {}
    while len(names) < n:
        o, m, e, a = (
            int(i) for i in rng.integers((len(_OPENINGS), len(_MIDDLES), len(_ENDINGS), len(_ADDITIONS)))
        )
        names[_OPENINGS[o] + _MIDDLES[m] + _ENDINGS[e] + (_ADDITIONS[a] if additions else "")] = None
    return list(names)
