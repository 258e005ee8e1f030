"""Every error that Patok raises for a reason a person can mend.

    PatokError
    +-- InputError                 the input cannot be used (exit code 2, HTTP 422)
    |   +-- FileUnreadable             the file is broken or not of the format its name says
    |   +-- FileNotOpened              the file is not there, or may not be read
    |   +-- FormatUnknown              no reader for this kind of file
    |   +-- LayerAmbiguous             several layers in one file, and none was named
    |   +-- ColumnMissing              a column that is needed is not there
    |   +-- CodeDamaged                a code lost digits in a spreadsheet
    |   +-- LevelMismatch              the codes in the file are of another level
    |   +-- CrsRefused                 coordinates that are not longitude/latitude on WGS 84
    |   +-- CoordinatesSwapped         latitude first
    |   +-- DecimalComma               a comma as the decimal mark
    |   +-- GeometryRefused            a geometry that is not a polygon
    |   +-- PointRefused               a geotag's geometry that is not a point
    |   +-- ValueRefused               a value outside what it may be
    |   +-- RulesetInvalid             a ruleset's file that says what cannot be
    +-- NotFound                   something named is not there (exit code 3, HTTP 404)
    |   +-- NoRelease                  the frame was never published
    +-- Conflict                   the state does not allow it (exit code 4, HTTP 409)
    |   +-- CandidateBlocked           blocking findings; publish with force and a reason
    |   +-- CandidateShrinks           most published areas of a kabupaten are missing in it
    |   +-- AlreadyExists              the name is taken
    |   +-- QaNeeded                   no QA run since the last load of the candidate
    |   +-- CandidateChanged           the candidate was loaded again while it was read
    |   +-- RulesetChanged             another content under the same name and version
    |   +-- CheckUnfinished            a bulk check was begun and not ended
    |   +-- CheckChanged               a bulk check goes on with other files or rules than it began with
    +-- SetupError                 the machine or its settings are not ready (exit code 5, HTTP 503)
        +-- ServerMissing              no PostgreSQL that Patok can use on this machine
        +-- PostgisMissing             PostgreSQL without PostGIS
        +-- ServerTooOld               a PostgreSQL or PostGIS older than Patok needs
        +-- ServerFailed               the private PostgreSQL did not start or stop
        +-- ServerUnreachable          no answer from the database
        +-- FolderUnusable             the data folder cannot be used
        +-- SchemaOutdated             the tables are not those of this version of Patok
        +-- RolesMissing               the database roles of the service are not there
        +-- ServiceUnguarded           the service would reach the database past the row policies
        +-- SegmentLost                a segment file is gone and cannot be made again

Each class has a stable ``code``, a ``remedy``-bearing sentence in both languages, and the exit
code; ``api.problems`` maps the same classes to HTTP. Sentences never contain a coordinate.
"""

from __future__ import annotations

from typing import Any, ClassVar

from geo.text import Language, Text


class PatokError(Exception):
    """Base of all errors a person can mend. ``values`` fill the placeholders of ``text``."""

    code: ClassVar[str] = "PATOK_ERROR"
    exit_code: ClassVar[int] = 1
    http_status: ClassVar[int] = 500
    text: ClassVar[Text] = Text(en="{reason}", id="{reason}")

    def __init__(self, **values: Any) -> None:
        self.values = values
        super().__init__(self.say("en"))

    def say(self, language: Language = "en") -> str:
        """The sentence in ``language``; a value that is itself a Text is said in that language."""
        said = {k: v.say(language) if isinstance(v, Text) else v for k, v in self.values.items()}
        return self.text.say(language, **said)


class InputError(PatokError):
    code = "INPUT_REFUSED"
    exit_code = 2
    http_status = 422


class FileUnreadable(InputError):
    code = "FILE_UNREADABLE"
    text = Text(
        en="{file}: cannot be read as {format}: {reason}. Export the layer again and check that the "
        "copy is complete.",
        id="{file}: tidak dapat dibaca sebagai {format}: {reason}. "
        "Ekspor ulang lapisannya dan pastikan salinannya utuh.",
    )


class FileNotOpened(InputError):
    code = "FILE_NOT_OPENED"
    text = Text(
        en="{file}: there is no such file, or it may not be opened. Check its name, its folder and who "
        "may read it.",
        id="{file}: berkas tidak ada atau tidak boleh dibuka. Periksa nama, folder, dan izin bacanya.",
    )


class FormatUnknown(InputError):
    code = "FORMAT_UNKNOWN"
    text = Text(
        en="{file}: no reader for this kind of file. Use one of: {known}.",
        id="{file}: jenis berkas ini tidak dikenal. Gunakan salah satu dari: {known}.",
    )


class LayerAmbiguous(InputError):
    code = "LAYER_AMBIGUOUS"
    text = Text(
        en="{file}: holds several layers ({layers}). Name one with --layer.",
        id="{file}: berisi beberapa lapisan ({layers}). Sebutkan satu dengan --layer.",
    )


class ColumnMissing(InputError):
    code = "COLUMN_MISSING"
    text = Text(
        en="{file}: no column for {wanted}; looked for {looked_for}. "
        "Rename the column or name it with --column {wanted}=NAME.",
        id="{file}: tidak ada kolom untuk {wanted}; yang dicari: {looked_for}. "
        "Ganti nama kolomnya atau sebutkan dengan --column {wanted}=NAMA.",
    )


class CodeDamaged(InputError):
    code = "CODE_DAMAGED"
    text = Text(
        en="{file}, row {row}: the code {value!r} is not a {level} code of {width} characters ({damage}). "
        "Export the column again as text, not as a number.",
        id="{file}, baris {row}: kode {value!r} bukan kode {level} {width} karakter ({damage}). "
        "Ekspor ulang kolomnya sebagai teks, bukan angka.",
    )


class LevelMismatch(InputError):
    code = "LEVEL_MISMATCH"
    text = Text(
        en="{file}, row {row}: {value!r} is a code of level {found}, not of {level}. "
        "Load the file with --level {found} or choose the file of level {level}.",
        id="{file}, baris {row}: {value!r} adalah kode tingkat {found}, bukan {level}. "
        "Muat berkas dengan --level {found} atau pilih berkas tingkat {level}.",
    )


class CrsRefused(InputError):
    code = "CRS_REFUSED"
    text = Text(
        en="{file}, row {row}: {reason}. Reproject the layer to EPSG:4326 (longitude, latitude) and "
        "load it again.",
        id="{file}, baris {row}: {reason}. Proyeksikan ulang lapisan ke EPSG:4326 (bujur, lintang) lalu "
        "muat lagi.",
    )


class CoordinatesSwapped(InputError):
    code = "COORDINATES_SWAPPED"
    text = Text(
        en="{file}, row {row}: latitude and longitude are swapped. Put the longitude first and try again.",
        id="{file}, baris {row}: lintang dan bujur tertukar. Taruh bujur lebih dulu lalu coba lagi.",
    )


class DecimalComma(InputError):
    code = "DECIMAL_COMMA"
    text = Text(
        en="{file}, row {row}: column {column} has numbers with a comma, which can be read in two ways. "
        "Export the file with a point as the decimal mark.",
        id="{file}, baris {row}: kolom {column} memuat angka dengan koma yang dapat dibaca dua cara. "
        "Ekspor berkas dengan titik sebagai tanda desimal.",
    )


class GeometryRefused(InputError):
    code = "GEOMETRY_REFUSED"
    text = Text(
        en="{file}, row {row}: the geometry is {found}, not a polygon. Remove the row or load a polygon "
        "layer.",
        id="{file}, baris {row}: geometrinya {found}, bukan poligon. Hapus barisnya atau muat lapisan "
        "poligon.",
    )


class PointRefused(InputError):
    code = "POINT_REFUSED"
    text = Text(
        en="{file}, row {row}: the geometry is {found}, not a point. Remove the row or load a layer of "
        "points.",
        id="{file}, baris {row}: geometrinya {found}, bukan titik. Hapus barisnya atau muat lapisan titik.",
    )


class ValueRefused(InputError):
    code = "VALUE_REFUSED"
    text = Text(
        en="{where}: {value!r} is not allowed. Give {wanted}.",
        id="{where}: {value!r} tidak diperbolehkan. Berikan {wanted}.",
    )


class RulesetInvalid(InputError):
    """``faults`` lists each of them with its place and its remedy, a line each."""

    code = "RULESET_INVALID"
    text = Text(
        en="{where}: this ruleset cannot be used. Mend each of these:\n{faults}",
        id="{where}: set aturan ini tidak dapat dipakai. Perbaiki setiap hal berikut:\n{faults}",
    )


class NotFound(PatokError):
    code = "NOT_FOUND"
    exit_code = 3
    http_status = 404
    text = Text(
        en="There is no {what} {name!r}. {remedy}",
        id="Tidak ada {what} {name!r}. {remedy}",
    )


class NoRelease(NotFound):
    code = "NO_RELEASE"
    text = Text(
        en="Frame {frame!r} has no release yet. Publish one with: patok frame publish {frame}.",
        id="Kerangka {frame!r} belum memiliki rilis. Terbitkan dengan: patok frame publish {frame}.",
    )


class Conflict(PatokError):
    code = "CONFLICT"
    exit_code = 4
    http_status = 409


class CandidateBlocked(Conflict):
    code = "CANDIDATE_BLOCKED"
    text = Text(
        en="The candidate of frame {frame!r} has {count} blocking findings: {listing}. "
        "Mend the layer and load it again, or publish with --force --reason.",
        id="Calon rilis kerangka {frame!r} memiliki {count} temuan yang menghalangi: {listing}. "
        "Perbaiki lapisan lalu muat lagi, atau terbitkan dengan --force --reason.",
    )


class CandidateShrinks(Conflict):
    code = "CANDIDATE_SHRINKS"
    text = Text(
        en="In kabupaten {key} the candidate has {loaded} areas of level {level}; the release before has "
        "{published}, and the others would be retired. Load the whole layer, start again with: patok frame "
        "discard {frame}, or publish with --force --reason.",
        id="Di kabupaten {key} calon rilis memiliki {loaded} wilayah tingkat {level}; rilis sebelumnya "
        "{published}, dan sisanya akan dihentikan. Muat seluruh lapisan, mulai lagi dengan: patok frame "
        "discard {frame}, atau terbitkan dengan --force --reason.",
    )


class AlreadyExists(Conflict):
    code = "ALREADY_EXISTS"
    text = Text(
        en="There is a {what} {name!r} already. Choose another name.",
        id="Sudah ada {what} {name!r}. Pilih nama lain.",
    )


class SetupError(PatokError):
    code = "SETUP_NEEDED"
    exit_code = 5
    http_status = 503


class ServerMissing(SetupError):
    code = "SERVER_MISSING"
    text = Text(
        en="No PostgreSQL {wanted} on this machine (found: {found}). Install it with: apt-get install "
        "{package}.",
        id="Tidak ada PostgreSQL {wanted} di mesin ini (ditemukan: {found}). "
        "Pasang dengan: apt-get install {package}.",
    )


class PostgisMissing(SetupError):
    code = "POSTGIS_MISSING"
    text = Text(
        en="{where} has no PostGIS. Install it with: apt-get install {package}.",
        id="{where} tidak memiliki PostGIS. Pasang dengan: apt-get install {package}.",
    )


class ServerTooOld(SetupError):
    code = "SERVER_TOO_OLD"
    text = Text(
        en="The database runs {what} {found}; Patok needs {wanted} or newer. "
        "Upgrade it, or unset PATOK_DATABASE_URL to use the private server.",
        id="Basis data menjalankan {what} {found}; Patok membutuhkan {wanted} atau lebih baru. "
        "Tingkatkan versinya, atau kosongkan PATOK_DATABASE_URL untuk memakai server pribadi.",
    )


class ServerFailed(SetupError):
    code = "SERVER_FAILED"
    text = Text(
        en="The private PostgreSQL could not {step}: {reason}. Read {log} and run the command again.",
        id="PostgreSQL pribadi gagal pada langkah {step}: {reason}. Baca {log} lalu jalankan lagi "
        "perintahnya.",
    )


class ServerUnreachable(SetupError):
    code = "SERVER_UNREACHABLE"
    text = Text(
        en="No answer from the database {url}: {reason}. "
        "Check PATOK_DATABASE_URL, or start the private server with: patok db start.",
        id="Basis data {url} tidak menjawab: {reason}. "
        "Periksa PATOK_DATABASE_URL, atau jalankan server pribadi dengan: patok db start.",
    )


class FolderUnusable(SetupError):
    code = "FOLDER_UNUSABLE"
    text = Text(
        en="The folder {folder} cannot be used: {reason}. {remedy}",
        id="Folder {folder} tidak dapat dipakai: {reason}. {remedy}",
    )


class SchemaOutdated(SetupError):
    code = "SCHEMA_OUTDATED"
    text = Text(
        en="The tables of the database are at revision {found}, this Patok needs {wanted}. Run: patok "
        "db migrate.",
        id="Tabel basis data berada pada revisi {found}, Patok ini membutuhkan {wanted}. "
        "Jalankan: patok db migrate.",
    )


class RolesMissing(SetupError):
    code = "ROLES_MISSING"
    text = Text(
        en="The database has no roles patok_service and patok_checker, and this user may not make them. Have "
        "an administrator run: CREATE ROLE patok_checker NOLOGIN NOINHERIT; CREATE ROLE patok_service "
        "NOLOGIN NOINHERIT; GRANT patok_checker TO patok_service;",
        id="Basis data belum memiliki peran patok_service dan patok_checker, dan pengguna ini tidak boleh "
        "membuatnya. Minta administrator menjalankan: CREATE ROLE patok_checker NOLOGIN NOINHERIT; CREATE "
        "ROLE patok_service NOLOGIN NOINHERIT; GRANT patok_checker TO patok_service;",
    )


class ServiceUnguarded(SetupError):
    code = "SERVICE_UNGUARDED"
    text = Text(
        en="Patok does not serve: {reason}. Households' rows would be open to whoever finds a hole. See "
        "docs/operations.md, A server of yours.",
        id="Patok tidak melayani: {reason}. Data keluarga akan terbuka bagi siapa pun yang menemukan celah. "
        "Lihat docs/operations.md, A server of yours.",
    )


class SegmentLost(SetupError):
    code = "SEGMENT_LOST"
    text = Text(
        en="The segment file {file} is gone and the database gives other bytes ({found}). "
        "Restore the folder from its backup, or publish the kabupaten {key} again.",
        id="Berkas segmen {file} hilang dan basis data memberi isi yang berbeda ({found}). "
        "Pulihkan folder dari cadangan, atau terbitkan lagi kabupaten {key}.",
    )


class QaNeeded(Conflict):
    code = "QA_NEEDED"
    text = Text(
        en="The candidate of frame {frame!r} was not checked since its last load. Run: patok frame qa "
        "{frame}.",
        id="Calon rilis kerangka {frame!r} belum diperiksa sejak pemuatan terakhir. "
        "Jalankan: patok frame qa {frame}.",
    )


class CandidateChanged(Conflict):
    code = "CANDIDATE_CHANGED"
    text = Text(
        en="The candidate of frame {frame!r} was loaded again in the meantime. Run the check once more.",
        id="Calon rilis kerangka {frame!r} dimuat ulang sementara itu. Jalankan pemeriksaan sekali lagi.",
    )


class CheckUnfinished(Conflict):
    code = "CHECK_UNFINISHED"
    text = Text(
        en="An unfinished check of this output lies in {folder}. Go on with it: add --resume. To begin anew, "
        "delete that folder first.",
        id="Pemeriksaan untuk keluaran ini yang belum selesai ada di {folder}. Lanjutkan dengan --resume. "
        "Untuk mulai dari awal, hapus dulu folder itu.",
    )


class CheckChanged(Conflict):
    code = "CHECK_CHANGED"
    text = Text(
        en="The unfinished check in {folder} was of other files, another frame, other rules or options. Give "
        "those of then, or delete that folder to begin anew.",
        id="Pemeriksaan yang belum selesai di {folder} memakai berkas, kerangka, aturan, atau opsi lain. "
        "Berikan yang sama seperti waktu itu, atau hapus folder itu untuk mulai dari awal.",
    )


class RulesetChanged(Conflict):
    code = "RULESET_CHANGED"
    text = Text(
        en="Ruleset {name} version {version} says something else than in campaign {campaign} ({changed}). "
        "Raise the version of the ruleset and try again.",
        id="Set aturan {name} versi {version} berbeda isinya dari yang dipakai kegiatan {campaign} "
        "({changed}). Naikkan versi set aturannya lalu coba lagi.",
    )
