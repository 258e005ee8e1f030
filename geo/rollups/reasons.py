"""Why a roll-up was not assessed: stable words, and what they mean to a person."""

from __future__ import annotations

from geo.text import Text

ROLL_UP_REASONS: dict[str, Text] = {
    "no_enumerator": Text(
        en="The records name no enumerator.", id="Catatan tidak menyebut nama atau kode petugas."
    ),
    "few_geotags": Text(
        en="There are too few geotags to say anything.", id="Geotag terlalu sedikit untuk disimpulkan."
    ),
    "digits_not_written": Text(
        en="Too few coordinates are written so far, or the geotags lie too near to each other for the digit "
        "to vary.",
        id="Terlalu sedikit koordinat yang ditulis sampai digit itu, atau geotag terlalu berdekatan "
        "sehingga digitnya tidak beragam.",
    ),
    "no_kecamatan": Text(
        en="The records name no area within a kecamatan.",
        id="Catatan tidak menyebut wilayah di dalam suatu kecamatan.",
    ),
    "few_enumerators": Text(
        en="Too few enumerators work in the kecamatan to compare.",
        id="Petugas di kecamatan ini terlalu sedikit untuk dibandingkan.",
    ),
    "planned_housing": Text(
        en="Houses of this area were built to a plan.", id="Rumah di wilayah ini dibangun menurut rancangan."
    ),
    "coastline": Text(
        en="The shared edge is a coastline, which moves with the tide and is drawn roughly.",
        id="Batas bersama ini garis pantai yang bergeser oleh pasang dan digambar kasar.",
    ),
    "no_roster": Text(en="No roster was given.", id="Daftar penugasan (roster) tidak diberikan."),
    "area_not_finished": Text(
        en="The area has not been reported finished.", id="Wilayah belum dilaporkan selesai."
    ),
    "refusal_recorded": Text(
        en="A reason for having no geotag is on record.", id="Alasan tanpa geotag sudah tercatat."
    ),
    "none_expected": Text(
        en="It is not known how many geotags to expect in the area.",
        id="Jumlah geotag yang diharapkan di wilayah ini tidak diketahui.",
    ),
}
