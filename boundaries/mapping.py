"""Which column of a boundary file holds what: area codes, names, attributes; what is dropped.

Column names are compared without regard to case. The order in each list is the order of preference.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from geo.codes import CodeScheme
from geo.errors import ColumnMissing, ValueRefused
from geo.levels import Level

ANY_SCHEME = "*"

# Scheme -> level -> columns that hold the whole code of that level. Sources: the upload format of the
# BPS map offices (idsubsls ...), the BIG/KUGI village layer (KDEBPS, KDCBPS: BPS codes; KDEPUM, KDCPUM,
# KDPKAB, KDPPUM: codes of the Ministry of Home Affairs), and the open village layers (kode).
CODE_COLUMNS: dict[str, dict[Level, tuple[str, ...]]] = {
    "bps": {
        Level.PROV: ("idprov",),
        Level.KAB: ("idkab", "idkabkot"),
        Level.KEC: ("idkec", "kdcbps"),
        Level.DESA: ("iddesa", "kdebps"),
        Level.SLS: ("idsls",),
        Level.SUBSLS: ("idsubsls",),
    },
    "kemendagri": {
        Level.PROV: ("kdppum", "kode_prov", "kd_prov"),
        Level.KAB: ("kdpkab", "kode_kab", "kd_kab"),
        Level.KEC: ("kdcpum", "kode_kec", "kd_kec"),
        Level.DESA: ("kdepum", "kode_desa", "kd_desa"),
    },
    ANY_SCHEME: {
        Level.PROV: ("kode_prov", "kode_provinsi"),
        Level.KAB: ("kode_kab", "kode_kabupaten"),
        Level.KEC: ("kode_kec", "kode_kecamatan"),
        Level.DESA: ("kode_desa", "kode_kelurahan"),
        Level.SLS: ("kode_sls",),
        Level.SUBSLS: ("kode_subsls",),
    },
}
COMMON_CODE_COLUMNS = ("area_code", "kode", "code")

# The parts of a BPS code, one column per level, as in the BPS upload format.
CODE_PARTS: dict[str, dict[Level, str]] = {
    "bps": {
        Level.PROV: "kdprov",
        Level.KAB: "kdkab",
        Level.KEC: "kdkec",
        Level.DESA: "kddesa",
        Level.SLS: "kdsls",
        Level.SUBSLS: "kdsubsls",
    },
}

NAME_COLUMNS: dict[Level, tuple[str, ...]] = {
    Level.PROV: ("nmprov", "wadmpr", "nama_prov", "provinsi"),
    Level.KAB: ("nmkab", "wadmkk", "nama_kab", "kabupaten"),
    Level.KEC: ("nmkec", "wadmkc", "nama_kec", "kecamatan"),
    Level.DESA: ("nmdesa", "wadmkd", "nama_desa", "desa"),
    Level.SLS: ("nmsls", "nama_sls"),
    Level.SUBSLS: ("nmsubsls", "nmsls", "nama_sls"),
}
COMMON_NAME_COLUMNS = ("nama", "name", "namobj")

FIELDS = ("code", "name")
"""What a person may name a column for."""

# Left behind by QGIS, ArcGIS, PostGIS and GDAL; they say nothing about the area.
TOOL_COLUMNS = frozenset(
    [
        "fid",
        "ogc_fid",
        "objectid",
        "objectid_1",
        "gid",
        "layer",
        "path",
        "shape_leng",
        "shape_length",
        "shape_area",
        "shape_le_1",
        "shape_ar_1",
    ]
)

# Names, numbers and contacts of persons (the head of the SLS above all), however the office spells them.
_PERSONAL = re.compile(
    r"ketua|(nama|nm)_?kepala|kepala_?(sls|rt|rw|dusun|desa)|(^|_)(nik|no_?kk|no_?hp|hp|no_?telp|telp|telepon|"
    r"no_?wa|whatsapp|email)($|_)"
)


@dataclass(frozen=True)
class ColumnMapping:
    """The columns chosen: ``code`` is one column, or the ``parts`` to join; ``name`` may be missing."""

    code: tuple[str, ...]
    widths: tuple[int, ...]
    """Characters of each column of ``code``; one number when the code is whole."""
    name: str | None
    attributes: tuple[str, ...]
    dropped: tuple[str, ...]
    """Personal columns and tool left-overs, which are not kept."""


def is_personal(column: str) -> bool:
    """Whether a column holds data of a person by its name: such columns are never kept."""
    return _PERSONAL.search(column.strip().lower().replace(" ", "_")) is not None


def map_columns(
    file: str,
    columns: Sequence[str],
    level: Level,
    scheme: CodeScheme,
    named: Mapping[str, str] | None = None,
) -> ColumnMapping:
    """Choose the columns of a file. ``named`` gives ``code`` or ``name`` outright and wins.

    Raises ColumnMissing when there is no column for the code, or a column in ``named`` is not there, and
    ValueRefused for another field in ``named``.
    """
    named = named or {}
    for field in named:
        if field not in FIELDS:
            raise ValueRefused(where="--column", value=field, wanted=" / ".join(FIELDS))
    dropped = tuple(c for c in columns if c.lower() in TOOL_COLUMNS or is_personal(c))
    kept = [c for c in columns if c not in dropped]
    by_lower = {c.lower(): c for c in reversed(kept)}
    if "code" in named:
        code: tuple[str, ...] = (_named(file, by_lower, kept, "code", named["code"]),)
    else:
        code = _code_columns(file, by_lower, level, scheme)
    if "name" in named:
        name: str | None = _named(file, by_lower, kept, "name", named["name"])
    else:
        looked_for = NAME_COLUMNS[level] + COMMON_NAME_COLUMNS
        name = next((by_lower[c] for c in looked_for if c in by_lower), None)
    whole = len(code) == 1
    return ColumnMapping(
        code=code,
        widths=(scheme.widths[level],) if whole else part_widths(level, scheme),
        name=name,
        attributes=tuple(c for c in kept if c != name and not (whole and c == code[0])),
        dropped=dropped,
    )


def code_column_of(columns: Sequence[str], level: Level, scheme: CodeScheme) -> str | None:
    """The column that holds whole codes of ``level`` by its own name, or None."""
    by_lower = {c.lower(): c for c in reversed(columns)}
    looked_for = CODE_COLUMNS.get(scheme.name, {}).get(level, ()) + CODE_COLUMNS[ANY_SCHEME].get(level, ())
    return next((by_lower[c] for c in looked_for if c in by_lower), None)


def part_widths(level: Level, scheme: CodeScheme) -> tuple[int, ...]:
    """How many characters each level adds to the code, from the highest level down to ``level``."""
    ends = [0] + [scheme.widths[up] for up in scheme.levels if up.depth <= level.depth]
    return tuple(end - start for start, end in pairwise(ends))


def _code_columns(file: str, by_lower: dict[str, str], level: Level, scheme: CodeScheme) -> tuple[str, ...]:
    column = code_column_of(list(by_lower.values()), level, scheme)
    if column is not None:
        return (column,)
    parts_known = CODE_PARTS.get(scheme.name, {})
    parts = [parts_known[up] for up in scheme.levels if up.depth <= level.depth and up in parts_known]
    # One part is a whole code only at the highest level; elsewhere kddesa alone is not a code.
    if parts and all(part in by_lower for part in parts):
        return tuple(by_lower[part] for part in parts)
    common = next((by_lower[c] for c in COMMON_CODE_COLUMNS if c in by_lower), None)
    if common is not None:
        return (common,)
    own = CODE_COLUMNS.get(scheme.name, {}).get(level, ())
    looked_for = [*dict.fromkeys(own + CODE_COLUMNS[ANY_SCHEME].get(level, ())), *COMMON_CODE_COLUMNS]
    if parts:
        looked_for.append("+".join(parts))
    raise ColumnMissing(file=file, wanted="code", looked_for=", ".join(looked_for))


def _named(file: str, by_lower: dict[str, str], kept: Sequence[str], wanted: str, column: str) -> str:
    if column in kept:
        return column
    if column.lower() in by_lower:
        return by_lower[column.lower()]
    raise ColumnMissing(file=file, wanted=wanted, looked_for=column)
