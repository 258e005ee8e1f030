"""What the sample's sub-SLS are: codes, kinds (settlement, forest, dormitory ...) and muatan."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from patok.sample.coverage import Coverage
from patok.sample.plane import Floats

PROVINCE = "94"
# 9469 is no kabupaten; 16 digits that begin with it are above 2**53, where a float64 has no odd numbers.
KABUPATEN = "9469"
PERIOD = "2025_2"


@dataclass(frozen=True)
class Kind:
    """What an area is. ``kdsls`` is the first code of areas that are no neighbourhood, 0 for the others."""

    kdsls: int
    dominan: int
    khusus: str
    name: str


SETTLEMENT = Kind(0, 1, "0", "")
BOARDING = Kind(0, 5, "0", "")
UNINHABITED = Kind(0, 11, "0", "")
APARTMENT = Kind(0, 4, "1", "APARTEMEN")
DORMITORY = Kind(0, 6, "1", "PESANTREN")
MARKET = Kind(0, 8, "1", "PASAR")
PORT = Kind(0, 13, "0", "PELABUHAN")
FARMLAND = Kind(1001, 11, "0", "PERKEBUNAN")
FOREST = Kind(2001, 11, "0", "HUTAN")
AIRPORT = Kind(5001, 13, "0", "BANDAR UDARA")


@dataclass
class SubSls:
    """One sub-SLS of the sample. ``row`` is its row in the coverage."""

    row: int
    kind: Kind
    code: str = ""
    name: str = ""
    muatan: dict[str, int] = field(default_factory=dict)


def choose_kinds(coverage: Coverage, areas_m2: Floats) -> list[Kind]:
    """The kind of each sub-SLS: the wide ones are forest or farmland, special areas are few."""
    kinds = [SETTLEMENT] * len(areas_m2)
    town_m = np.hypot(*(coverage.centres_m - coverage.terrain.towns_m[0]).T)
    offshore_m = coverage.terrain.offshore_m(coverage.centres_m)
    wide = max(2.0e6, float(np.quantile(areas_m2, 0.9)))
    for desa in range(len(coverage.kec_of_desa)):
        members = np.flatnonzero(coverage.desa == desa)
        by_size = members[np.argsort(-areas_m2[members], kind="stable")]
        for row in by_size[: max(0, min(3, len(members) - 2))]:
            if areas_m2[row] > wide:
                kinds[row] = FOREST if areas_m2[row] > 2 * wide or offshore_m[row] < -9_000 else FARMLAND
    plain = [i for i, kind in enumerate(kinds) if kind is SETTLEMENT and i not in coverage.enclosed]
    by_distance = sorted(plain, key=lambda i: town_m[i])
    for kind, rows in (
        (DORMITORY, sorted(coverage.enclosed)[:2]),
        (APARTMENT, by_distance[3:40:18]),
        (MARKET, by_distance[1:30:14]),
        (BOARDING, by_distance[6:60:9]),
        (PORT, sorted(by_distance[:80], key=lambda i: -offshore_m[i])[:1]),
        (AIRPORT, [i for i in by_distance if town_m[i] > 3_000 and areas_m2[i] > 3.0e5][:1]),
        (UNINHABITED, sorted(plain, key=lambda i: -areas_m2[i])[:2]),
        (DORMITORY, by_distance[120:700:290]),
    ):
        for i in rows:
            if kinds[i] is SETTLEMENT:
                kinds[i] = kind
    return kinds


def gather_sls(coverage: Coverage, kinds: list[Kind], rng: np.random.Generator) -> list[list[int]]:
    """Rows of the sub-SLS of each SLS: most are undivided, some hold two to four neighbours."""
    gathered: list[list[int]] = []
    done: set[int] = set()
    wish = rng.choice([1, 2, 3, 4], len(kinds), p=[0.86, 0.08, 0.04, 0.02])
    # North to south, west to east: neighbours get neighbouring codes, as in the field.
    order = np.lexsort((coverage.centres_m[:, 0], -np.round(coverage.centres_m[:, 1], -3), coverage.desa))
    for row in order.tolist():
        if row in done:
            continue
        sls = [row]
        done.add(row)
        while len(sls) < wish[row] and kinds[row] is SETTLEMENT:
            free = {b for m in sls for b in coverage.beside[m] if b not in done}
            free = {b for b in free if kinds[b] is SETTLEMENT and coverage.desa[b] == coverage.desa[row]}
            if not free:
                break
            sls.append(min(free))
            done.add(sls[-1])
        gathered.append(sls)
    return gathered


def code_areas(
    coverage: Coverage,
    kinds: list[Kind],
    gathered: list[list[int]],
    desa_codes: list[str],
    desa_names: list[str],
) -> list[SubSls]:
    """Codes and names of all sub-SLS, in the order of their codes."""
    coded: list[SubSls] = []
    used: dict[tuple[int, int], int] = {}
    for sls in gathered:
        desa, kind = int(coverage.desa[sls[0]]), kinds[sls[0]]
        number = used[desa, kind.kdsls] = used.get((desa, kind.kdsls), kind.kdsls or 1) + 1
        name = _name_of(kind, number - 1, desa_names[desa])
        for nth, row in enumerate(sls, start=1):
            sub = "00" if len(sls) == 1 else f"{nth:02d}"
            coded.append(SubSls(row, kind, f"{desa_codes[desa]}{number - 1:04d}{sub}", name))
    return sorted(coded, key=lambda area: area.code)


def _name_of(kind: Kind, number: int, desa_name: str) -> str:
    if kind.name:
        return f"{kind.name} {desa_name}"
    return f"RT {(number - 1) % 6 + 1:03d} RW {(number - 1) // 6 + 1:03d}"


def fill_muatan(area: SubSls, rng: np.random.Generator) -> None:
    """Numbers of families, buildings and businesses that obey the office's rules."""
    kk = int(np.clip(rng.lognormal(np.log(46), 0.45), 8, 190))
    shops = int(rng.poisson(kk * 0.18))
    if area.kind.kdsls or area.kind in (UNINHABITED, PORT):
        kk, shops = 0, int(rng.poisson(1.5))
    elif area.kind in (APARTMENT, DORMITORY):
        kk, shops = int(rng.integers(90, 150)), int(rng.poisson(4))
    elif area.kind is MARKET:
        kk, shops = int(rng.integers(25, 40)), 0
        shops = int(kk * 0.9)
    btt = kk if kk == 0 else max(1, round(kk * rng.uniform(0.82, 1.0)))
    bttk, nonusaha = int(rng.poisson(kk * 0.04)), int(rng.poisson(2.0))
    area.muatan = {
        "kk": kk,
        "btt": btt,
        "bttk": bttk,
        "bku": int(rng.binomial(shops, 0.4)),
        "bbtt_nonusaha": nonusaha,
        "usaha": shops,
        "muatan": max(btt, kk) + bttk + nonusaha + shops,
    }


def special_attributes(area: SubSls) -> dict[str, Any]:
    """The columns of the upload that place an area inside a building; empty outside towers."""
    if area.kind is APARTMENT:
        return {"rw_dki": None, "tingkat": "12", "nm_gedung": f"MENARA {area.name}", "posisi": "A"}
    return {"rw_dki": None, "tingkat": "0", "nm_gedung": None, "posisi": None}
