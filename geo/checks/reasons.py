"""Why a check was not assessed: stable words, and what they mean to a person."""

from __future__ import annotations

from geo.text import Text

REASONS: dict[str, Text] = {
    "coordinate_unusable": Text(
        en="The coordinate is missing or is not a place.", id="Koordinat kosong atau bukan suatu tempat."
    ),
    "area_unknown": Text(
        en="The assigned area is not in this release.", id="Wilayah tugas tidak ada dalam rilis ini."
    ),
    "area_withheld": Text(
        en="The assigned area was withheld: its code is on several areas, or is none, or it has no surface.",
        id="Wilayah tugas ditahan: kodenya ada pada beberapa wilayah atau bukan kode, atau luasnya nol.",
    ),
    "area_without_geometry": Text(
        en="The assigned area has no usable geometry.",
        id="Wilayah tugas tidak memiliki geometri yang dapat dipakai.",
    ),
    "no_typed_text": Text(
        en="The coordinates came as numbers, so the digits typed are not known.",
        id="Koordinat diterima sebagai angka sehingga digit yang ditulis tidak diketahui.",
    ),
    "no_datum": Text(
        en="No datum is stated; the app records WGS 84.",
        id="Datum tidak disebut; aplikasi merekam WGS 84.",
    ),
    "frame_without_extent": Text(en="The frame has no areas.", id="Kerangka tidak memiliki wilayah."),
    "near_equator": Text(
        en="Within 1 km of the equator both signs are plausible.",
        id="Dalam 1 km dari khatulistiwa kedua tanda sama-sama mungkin.",
    ),
    "special_area": Text(
        en="Many households may share one point in this kind of area.",
        id="Banyak keluarga wajar berbagi satu titik di wilayah jenis ini.",
    ),
}
