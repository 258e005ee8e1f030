"""Why an item of a sync was set aside, in words. The word itself is stable; a program may ask for it."""

from __future__ import annotations

from geo.text import Text

ERASED = "erased"

REASONS: dict[str, Text] = {
    "not_utf8": Text(en="The item is not text in UTF-8.", id="Butir bukan teks UTF-8."),
    "not_json": Text(en="The item is not JSON.", id="Butir bukan JSON."),
    "no_object": Text(
        en="The item, or {field}, is no JSON object.", id="Butir, atau {field}, bukan objek JSON."
    ),
    "doubled_field": Text(
        en="A field stands twice, and both cannot hold.",
        id="Ada isian tertulis dua kali; tidak jelas yang berlaku.",
    ),
    "unknown_field": Text(
        en="The field {field} is not known here. The server may be older than the app.",
        id="Isian {field} tidak dikenal di sini. Server mungkin lebih lama daripada aplikasi.",
    ),
    "field_missing": Text(en="The field {field} is missing.", id="Isian {field} tidak ada."),
    "number_not_finite": Text(
        en="A number is not finite ({field}).", id="Ada bilangan yang tidak berhingga ({field})."
    ),
    "number_too_long": Text(
        en="A whole number has more than 20 digits; codes are sent as text.",
        id="Ada bilangan bulat dengan lebih dari 20 digit; kode dikirim sebagai teks.",
    ),
    "no_number": Text(en="The field {field} is no number.", id="Isian {field} bukan bilangan."),
    "no_text": Text(
        en="The field {field} is no text; codes are sent in quotation marks.",
        id="Isian {field} bukan teks; kode dikirim dalam tanda kutip.",
    ),
    "text_too_long": Text(en="The text of {field} is too long.", id="Teks {field} terlalu panjang."),
    "zero_character": Text(
        en="The text of {field} has a character of value 0.", id="Teks {field} memuat karakter bernilai 0."
    ),
    "no_flag": Text(
        en="The field {field} is neither true nor false.", id="Isian {field} bukan true atau false."
    ),
    "no_instant": Text(
        en="The field {field} is no time with an offset, like 2025-10-20T09:15:00+08:00.",
        id="Isian {field} bukan waktu dengan selisih zona, seperti 2025-10-20T09:15:00+08:00.",
    ),
    "no_local_time": Text(
        en="The field {field} has a time that is none, like 2025-10-20T09:15:00.",
        id="Isian {field} memuat waktu yang keliru; contoh 2025-10-20T09:15:00.",
    ),
    "no_uuid": Text(en="The field {field} is no UUID.", id="Isian {field} bukan UUID."),
    "no_revision": Text(
        en="The field {field} is no whole number from 0 on.",
        id="Isian {field} bukan bilangan bulat mulai dari 0.",
    ),
    "no_sha256": Text(
        en="The field {field} has a hash that is none of 64 hexadecimal digits.",
        id="Isian {field} memuat hash yang bukan 64 digit heksadesimal.",
    ),
    "no_list": Text(en="The field {field} is no list.", id="Isian {field} bukan daftar."),
    "too_many": Text(en="The list {field} is too long.", id="Daftar {field} terlalu panjang."),
    "no_count": Text(
        en="The field {field} has a count that is no whole number from 0 on.",
        id="Isian {field} memuat jumlah yang bukan bilangan bulat mulai dari 0.",
    ),
    "text_differs": Text(
        en="The number and the text in {field} say different places.",
        id="Bilangan dan teks pada {field} menyebut tempat berbeda.",
    ),
    "area_not_of_key": Text(
        en="The assigned area is not among those of this key.",
        id="Wilayah tugas tidak termasuk wilayah kunci ini.",
    ),
    "item_of_another_key": Text(
        en="Another key has sent an item with this identifier.",
        id="Kunci lain sudah mengirim butir dengan pengenal ini.",
    ),
    ERASED: Text(
        en="What this item was about has been erased here, and is not taken again.",
        id="Isi butir ini sudah dihapus di sini dan tidak diterima lagi.",
    ),
    "other_body": Text(
        en="This revision was received before with another content. Send a change as a higher revision.",
        id="Revisi ini sudah diterima dengan isi lain. Kirim perubahan sebagai revisi yang lebih tinggi.",
    ),
}
"""reason -> sentence. ``{field}`` is the field that it is about."""


def say_reason(reason: str, field: str | None) -> Text:
    """The sentence of a reason about a field."""
    return REASONS[reason].fill(field=field or "?")
