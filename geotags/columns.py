"""Which column of a file is which: the names that offices and apps use, without regard to case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from geo.errors import ColumnMissing, ValueRefused
from geo.levels import Level

# In order of preference. assignment_id, level_6_full_code, geotag_*, no_bang, mulai: the survey app of
# BPS; id_assignment: its hand-over file; wid, latitude, longitude, accuracy: its landmark export.
KNOWN_NAMES: dict[str, tuple[str, ...]] = {
    "item_id": ("item_id", "assignment_id", "id_assignment", "uuid", "wid"),
    "revision": ("revision", "revisi"),
    "household_key": ("household_key", "no_keluarga", "id_keluarga", "kk_key", "no_kk"),
    "building_no": ("building_no", "no_bang", "no_bangunan"),
    "assigned_area": ("assigned_area", "level_6_full_code", "idsubsls_origin"),
    "enumerator_id": ("enumerator_id", "enumerator", "pencacah", "kode_pencacah", "ppl"),
    "lon_text": ("lon_text", "geotag_longitude", "longitude", "longitude_origin", "lon", "lng", "bujur", "x"),
    "lat_text": ("lat_text", "geotag_latitude", "latitude", "latitude_origin", "lat", "lintang", "y"),
    "accuracy_m": ("accuracy_m", "geotag_accuracy", "accuracy", "akurasi"),
    "datum_epsg": ("datum_epsg", "epsg", "datum"),
    "captured_at": ("captured_at", "mulai", "waktu", "timestamp"),
    "fix_at": ("fix_at", "geotag_time", "gps_time"),
    "received_at": ("received_at", "server_time", "diterima"),
    "altitude_m": ("altitude_m", "geotag_altitude", "altitude", "ketinggian"),
    "is_mock": ("is_mock", "mock", "mock_location", "lokasi_palsu"),
    "provider": ("provider",),
    "source": ("source", "sumber_lokasi"),
    "device_id": ("device_id", "device", "perangkat", "imei_hash"),
    "interview_lon": ("interview_lon", "start_longitude"),
    "interview_lat": ("interview_lat", "start_latitude"),
    "background_lon": ("background_lon", "background_longitude"),
    "background_lat": ("background_lat", "background_latitude"),
    "photo_names": ("photo_names", "foto_depan", "foto", "photo"),
    "refusal_reason": ("refusal_reason", "alasan_tanpa_geotag"),
    "relocation_reason": ("relocation_reason", "alasan_pindah"),
}
# The code column of each level, after the names above.
CODE_NAMES: dict[Level, tuple[str, ...]] = {
    Level.PROV: ("idprov",),
    Level.KAB: ("idkab",),
    Level.KEC: ("idkec",),
    Level.DESA: ("iddesa", "kode_desa"),
    Level.SLS: ("idsls",),
    Level.SUBSLS: ("idsubsls",),
}
REQUIRED = ("assigned_area", "lon_text", "lat_text")
PAIR_NAMES = (
    "koordinat",
    "coordinates",
    "coordinate",
    "latlong",
    "lat_long",
    "latlon",
    "lonlat",
    "titik_koordinat",
)
"""Of a column with both coordinates in one text, where there is none for each."""


def find_columns(
    file_name: str, present: Iterable[str], level: Level, chosen: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Geotag column -> the file's own name for it. ``chosen`` (the user's) wins over known names.

    Longitude and latitude have the same name where both stand in one column.

    Raises ``ColumnMissing`` for a chosen name that is not there and for a required column, ``ValueRefused``
    for a chosen field that geotags do not have.
    """
    chosen = chosen or {}
    for field in chosen:
        if field not in KNOWN_NAMES:
            raise ValueRefused(where="--column", value=field, wanted=" / ".join(KNOWN_NAMES))
    # A name written exactly as it is known wins over one that differs in its case.
    written = list(present)
    by_lower = {name.strip().lower(): name for name in written} | {name: name for name in written}
    pair = _pair(by_lower, chosen)
    found: dict[str, str] = {}
    for column, known in KNOWN_NAMES.items():
        names = known + CODE_NAMES[level] if column == "assigned_area" else known
        if column in chosen:
            names = (chosen[column],)
        keys = (key for name in names for key in (name, name.lower()) if key in by_lower)
        match = next((by_lower[key] for key in keys), None)
        if match is not None:
            found[column] = match
        elif column in _AXES and pair is not None:
            found[column] = pair
        elif column in REQUIRED or column in chosen:
            raise ColumnMissing(file=file_name, wanted=column, looked_for=", ".join(names))
    return found


_AXES = ("lon_text", "lat_text")


def _pair(by_lower: Mapping[str, str], chosen: Mapping[str, str]) -> str | None:
    """The column with both coordinates; None where a column for either is there or chosen."""
    if any(axis in chosen or any(name in by_lower for name in KNOWN_NAMES[axis]) for axis in _AXES):
        return None
    return next((by_lower[name] for name in PAIR_NAMES if name in by_lower), None)
