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
    "no_accuracy": Text(en="The record has no accuracy.", id="Catatan tidak memuat akurasi."),
    "no_mock_flag": Text(
        en="The record does not say whether the location was a mock one.",
        id="Catatan tidak menyebut apakah lokasinya tiruan.",
    ),
    "no_source": Text(
        en="The record does not say how the point was taken.",
        id="Catatan tidak menyebut cara pengambilan titik.",
    ),
    "no_capture_time": Text(
        en="The time of capture is missing or has no offset.",
        id="Waktu pengambilan kosong atau tanpa zona.",
    ),
    "no_fix_time": Text(en="The time of the position is not known.", id="Waktu posisinya tidak diketahui."),
    "no_enumerator": Text(
        en="The record does not name its enumerator.", id="Catatan tidak menyebut pencacahnya."
    ),
    "first_of_track": Text(
        en="The device took no earlier geotag in this campaign.",
        id="Perangkat tidak mengambil geotag lebih awal dalam kegiatan ini.",
    ),
    "same_time": Text(
        en="The geotag before it was taken at the same time, which says nothing of speed.",
        id="Geotag sebelumnya diambil pada waktu yang sama sehingga kecepatannya tidak dapat dihitung.",
    ),
    "no_household_key": Text(
        en="The record does not name its household.", id="Catatan tidak menyebut keluarganya."
    ),
    "relocation_recorded": Text(
        en="A relocation of the household is recorded.", id="Perpindahan keluarga sudah tercatat."
    ),
    "household_key_shared": Text(
        en="So many records have this household key that it cannot be one household's.",
        id="Kunci keluarga ini ada pada begitu banyak catatan sehingga bukan milik satu keluarga.",
    ),
    "no_server_time": Text(en="The time of receipt is not known.", id="Waktu penerimaan tidak diketahui."),
    "queued_offline": Text(
        en="The record was sent later and has no time of the fix to compare.",
        id="Catatan dikirim belakangan dan tidak memuat waktu posisi untuk dibandingkan.",
    ),
    "no_interview_fix": Text(
        en="The position at the start of the interview is not known.",
        id="Posisi pada awal wawancara tidak diketahui.",
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
    "no_country": Text(en="No outline of the country was given.", id="Garis batas negara tidak diberikan."),
    "no_water": Text(en="No layer of waters was given.", id="Lapisan perairan tidak diberikan."),
    "near_shore": Text(
        en="The shore is near: it moves, and houses stand on stilts.",
        id="Dekat pantai: garis pantai berubah dan ada rumah panggung.",
    ),
    "no_frame_findings": Text(
        en="No findings about the frame were given.", id="Temuan tentang kerangka tidak diberikan."
    ),
    "no_photos": Text(en="No folder of photos was given.", id="Folder foto tidak diberikan."),
    "names_no_photo": Text(en="The record names no photo.", id="Catatan tidak menyebut foto."),
    "photo_not_found": Text(
        en="The photo is not in the folder, or several are called like it.",
        id="Foto tidak ada dalam folder, atau ada beberapa dengan nama itu.",
    ),
    "photo_without_position": Text(
        en="The photo does not say where it was taken.", id="Foto tidak menyebut tempat pengambilannya."
    ),
    "photo_without_time": Text(
        en="The photo does not say when it was taken.", id="Foto tidak menyebut waktu pengambilannya."
    ),
    "few_geotags_of_enumerator": Text(
        en="The enumerator has too few geotags to tell.",
        id="Geotag pencacah ini terlalu sedikit untuk menilai.",
    ),
    "narrow_span": Text(
        en="The enumerator's geotags show too little of a degree to tell.",
        id="Geotag pencacah ini mencakup terlalu sedikit bagian derajat untuk menilai.",
    ),
    "no_lineage": Text(
        en="No split-and-merge table was given.", id="Tabel pemecahan dan penggabungan tidak diberikan."
    ),
    "tiny_area": Text(
        en="The area is so small that its middle is everywhere.",
        id="Wilayahnya begitu kecil sehingga titik tengahnya ada di mana-mana.",
    ),
    "no_places": Text(
        en="No list of offices and base camps was given.",
        id="Daftar kantor dan posko tidak diberikan.",
    ),
    "few_geotags": Text(
        en="The area has too few geotags to compare.",
        id="Geotag di wilayah itu terlalu sedikit untuk dibandingkan.",
    ),
    "scattered_settlement": Text(
        en="The houses of this area stand scattered: a lone one is nothing unusual.",
        id="Rumah di wilayah ini terpencar: rumah yang menyendiri bukan hal yang ganjil.",
    ),
    "special_area": Text(
        en="Many households may share one point in this kind of area.",
        id="Banyak keluarga wajar berbagi satu titik di wilayah jenis ini.",
    ),
}
