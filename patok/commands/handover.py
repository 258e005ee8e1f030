"""``patok handover``: the GS file and the muatan table, as the office's central system takes them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from boundaries.assembly import frame_of_tables
from boundaries.intake import read_areas
from geo.checks.protocol import Severity
from geo.errors import ValueRefused
from geo.frame import DEFAULT_BOUNDARY_SIGMA_M, Frame
from geo.text import Text
from geotags.handover import gs as gs_file
from geotags.handover import muatan as muatan_table
from geotags.handover.counts import RULES, named_counts
from geotags.handover.periods import PERIOD, WANTED, period_of, short_period
from geotags.handover.records import LEVEL, SCHEME, Records, read_records, write_aside
from geotags.handover.writing import require_output
from patok.options import FILE, as_json, column_option, read_columns
from patok.words import LANGUAGE, note, progress_bar, say, show_json, show_table, tell

_MOST_FAULTS = 20
_OF_ITS_OWN = Text(en="a file of its own", id="berkas tersendiri")

_OUTPUT = click.option(
    "-o", "--output", type=FILE, required=True, help=tell("The file to write.", "Berkas yang ditulis.")
)
_SECOND = click.option(
    "--second",
    type=FILE,
    help=tell(
        "Areas of the next period; without it, those of FRAME.",
        "Wilayah periode berikutnya; tanpa ini, wilayah FRAME.",
    ),
)
_PERIOD = click.option(
    "--period",
    help=tell(
        "Period of these areas, such as 2026_1; without it, what they say themselves.",
        "Periode wilayah tersebut, misalnya 2026_1; tanpa ini, yang tertulis di dalamnya.",
    ),
)
_LAYER = click.option(
    "--layer", help=tell("Layer of FRAME, if it has several.", "Lapisan FRAME, jika ada beberapa.")
)
_SECOND_LAYER = click.option(
    "--second-layer",
    help=tell("Layer of the second file, if it has several.", "Lapisan berkas kedua, jika ada beberapa."),
)


@click.group(help=tell("Write the GS file and the muatan table.", "Tulis berkas GS dan tabel muatan."))
def COMMAND() -> None:
    """``patok handover``."""


@COMMAND.command(help=tell("Write the GS file, GeoJSON or CSV.", "Tulis berkas GS, GeoJSON atau CSV."))
@click.argument("frame", type=FILE)
@click.argument("geotags", type=FILE)
@_OUTPUT
@_SECOND
@_PERIOD
@click.option(
    "--flags",
    type=click.Choice(["words", "numbers"]),
    default="words",
    show_default=True,
    help=tell(
        "flag_position as a word, or as 1 where a proposal was accepted and else 0.",
        "flag_position berupa kata, atau 1 jika usulan diterima dan selain itu 0.",
    ),
)
@click.option("--boundary-sigma-m", type=float, default=DEFAULT_BOUNDARY_SIGMA_M, show_default=True)
@_LAYER
@_SECOND_LAYER
@column_option
@as_json
def gs(
    frame: Path,
    geotags: Path,
    output: Path,
    second: Path | None,
    period: str | None,
    flags: gs_file.FlagForm,
    boundary_sigma_m: float,
    layer: str | None,
    second_layer: str | None,
    columns: tuple[str, ...],
    as_json: bool,
) -> None:
    """One point per record: its original position, how it lies, and its area at the next period."""
    inputs = (frame, geotags, *([second] if second else []))
    require_output(output, gs_file.ENDINGS, inputs)
    aside = _aside_path(output, inputs)
    with progress_bar("Handing over", "Menyerahkan", None):
        first = _read_frame(frame, layer, boundary_sigma_m)
        following = _read_frame(second, second_layer, boundary_sigma_m) if second else first
        named = _period(period, following)
        records = read_records(geotags, read_columns(columns))
        table = gs_file.make_gs(records, first, following, named)
        _write_aside(records, aside)
        gs_file.write_gs(table, output, flags)
    by_flag = table.counts_by_flag()
    document = _document(records, named, output, aside) | {
        "flags": {flag.word: n for flag, n in by_flag.items()},
        "in_no_area": table.in_no_area,
    }
    if as_json:
        show_json(document)
        return
    show_table(
        ["flag_position", tell("Records", "Catatan"), tell("Meaning", "Arti")],
        [[flag.word, n, gs_file.FLAGS[flag].say(LANGUAGE)] for flag, n in by_flag.items() if n],
    )
    _say_counts(records, document)


@COMMAND.command(help=tell("Write the muatan table, CSV.", "Tulis tabel muatan, CSV."))
@click.argument("frame", type=FILE)
@click.argument("geotags", type=FILE)
@_OUTPUT
@_SECOND
@_PERIOD
@click.option(
    "--per-building",
    type=click.Choice(["sum", "once"]),
    default="sum",
    show_default=True,
    help=tell(
        "Add all records of a building, or count btt, bttk and bbtt_nonusaha once in it.",
        "Jumlahkan semua catatan suatu bangunan, atau hitung btt, bttk, dan bbtt_nonusaha satu kali saja.",
    ),
)
@click.option(
    "--faults",
    type=FILE,
    help=tell("CSV of every sum that breaks a rule.", "CSV semua jumlah yang melanggar aturan."),
)
@_LAYER
@_SECOND_LAYER
@column_option
@as_json
def muatan(
    frame: Path,
    geotags: Path,
    output: Path,
    second: Path | None,
    period: str | None,
    per_building: muatan_table.PerBuilding,
    faults: Path | None,
    layer: str | None,
    second_layer: str | None,
    columns: tuple[str, ...],
    as_json: bool,
) -> None:
    """One row per sub-SLS of the next period, or of FRAME: the counts of the records that lie in it."""
    inputs = (frame, geotags, *([second] if second else []))
    require_output(output, muatan_table.ENDINGS, inputs)
    aside = _aside_path(output, inputs)
    if faults is not None:
        require_output(faults, muatan_table.ENDINGS, inputs)
        if faults.resolve() in (output.resolve(), aside.resolve()):
            raise ValueRefused(where="--faults", value=str(faults), wanted=_OF_ITS_OWN)
    with progress_bar("Handing over", "Menyerahkan", None):
        following = _read_frame(second or frame, second_layer if second else layer)
        named = _period(period, following)
        records = read_records(geotags, read_columns(columns), counts_needed=True)
        table = muatan_table.make_muatan(records, following, named, per_building=per_building)
        _write_aside(records, aside)
        if faults is not None:
            muatan_table.write_faults(table, faults, LANGUAGE)
        muatan_table.write_muatan(table, output)
    document = _document(records, named, output, aside) | _muatan_document(table)
    if as_json:
        show_json(document)
        return
    _show_muatan(table)
    _say_counts(records, document)


def _read_frame(path: Path, layer: str | None, boundary_sigma_m: float = DEFAULT_BOUNDARY_SIGMA_M) -> Frame:
    areas = read_areas(path, LEVEL, SCHEME, layer=layer)
    tables = {LEVEL: areas.areas}
    return frame_of_tables(SCHEME, tables, boundary_sigma_m=boundary_sigma_m, release=areas.file_name)


def _period(given: str | None, frame: Frame) -> str:
    """The period asked for, else the frame's own. Raises ``ValueRefused`` where there is none."""
    period = given or period_of(frame, LEVEL)
    if not period:
        raise ValueRefused(where=PERIOD, value="", wanted=WANTED)
    short_period(period)
    return period


def _aside_path(output: Path, inputs: tuple[Path, ...]) -> Path:
    """Where records that cannot be counted go: beside the output."""
    path = output.with_name(f"{output.stem}_quarantine.csv")
    require_output(path, (".csv",), inputs)
    return path


def _write_aside(records: Records, path: Path) -> None:
    if records.faults:
        write_aside(records, path, LANGUAGE)
    else:  # one of an earlier run would speak of records that are handed on now
        path.unlink(missing_ok=True)


def _document(records: Records, period: str, output: Path, aside: Path) -> dict[str, Any]:
    return {
        "period": period,
        "read": records.n_read,
        "handed_over": len(records),
        "quarantined": records.n_aside,
        "notes": [text.say(LANGUAGE) for text in records.notes],
        "output": str(output),
        "quarantine": str(aside) if records.faults else None,
    }


def _muatan_document(table: muatan_table.MuatanTable) -> dict[str, Any]:
    counted = Counter((fault.level, fault.rule) for fault in table.faults)
    return {
        "areas": len(table.areas),
        "areas_withheld": table.withheld,
        "buildings": table.buildings,
        "buildings_in_two_areas": table.buildings_in_two_areas,
        "records_without_building": table.records_without_building,
        "in_no_area": table.records_in_no_area,
        "counts": {
            "given": named_counts(table.given),
            "in_areas": named_counts(table.sums.sum(axis=0)),
            "in_no_area": named_counts(table.in_no_area),
            "repeated_in_buildings": named_counts(table.repeated),
        },
        "faults": {
            level: {rule.name: counted[level, rule.name] for rule in RULES}
            for level in ("subsls", "building")
        },
        "subsls_faults": [
            {"key": fault.key, "rule": fault.rule, "severity": fault.severity.word, **fault.numbers}
            for fault in table.faults
            if fault.level == "subsls"
        ],
    }


def _show_muatan(table: muatan_table.MuatanTable) -> None:
    names = muatan_table.TABLE_COUNTS
    rows: list[tuple[str, Mapping[str, int]]] = [
        (tell("given", "masuk"), named_counts(table.given)),
        (tell("in sub-SLS", "dalam sub-SLS"), named_counts(table.sums.sum(axis=0))),
        (tell("in no area", "tidak di wilayah mana pun"), named_counts(table.in_no_area)),
        (tell("repeated in buildings", "berulang dalam bangunan"), named_counts(table.repeated)),
    ]
    show_table(["", *names], [[said, *(counts[name] for name in names)] for said, counts in rows])
    decisive = [fault for fault in table.faults if fault.level == "subsls"]
    for fault in sorted(decisive, key=lambda fault: -fault.severity)[:_MOST_FAULTS]:
        say("{severity}: {message}", "{severity}: {message}",
            severity=_SEVERITIES[fault.severity], message=fault.message.say(LANGUAGE))  # fmt: skip
    say(
        "{areas} sub-SLS, {buildings} buildings ({two} with records in two areas); rules broken by {errors} "
        "sums of sub-SLS that the next system refuses and {reviews} that it warns of.",
        "{areas} sub-SLS, {buildings} bangunan ({two} dengan catatan di dua wilayah); aturan dilanggar oleh "
        "{errors} jumlah sub-SLS yang akan ditolak sistem berikutnya dan {reviews} yang diberi peringatan.",
        areas=len(table.areas),
        buildings=table.buildings,
        two=table.buildings_in_two_areas,
        errors=sum(fault.severity == Severity.ERROR for fault in decisive),
        reviews=sum(fault.severity == Severity.REVIEW for fault in decisive),
    )
    if table.withheld:
        note(
            "{n} sub-SLS codes are not listed: the file has them on several areas or without an outline.",
            "{n} kode sub-SLS tidak didaftar: berkas memuatnya pada beberapa wilayah atau tanpa batas.",
            n=table.withheld,
        )


_SEVERITIES = {
    Severity.ERROR: tell("refused", "ditolak"),
    Severity.REVIEW: tell("warned", "peringatan"),
}


def _say_counts(records: Records, document: Mapping[str, Any]) -> None:
    for said in document["notes"]:
        note("{said}", "{said}", said=said)
    say(
        "{read} records read: {handed_over} handed over, {quarantined} put aside. In no area: {in_no_area}. "
        "{output}",
        "{read} catatan dibaca: {handed_over} diserahkan, {quarantined} disisihkan. Tidak di wilayah mana "
        "pun: {in_no_area}. {output}",
        **{name: document[name] for name in ("read", "handed_over", "quarantined", "in_no_area", "output")},
    )
    if records.faults:
        say(
            "The records put aside, with the reason: {quarantine}",
            "Catatan yang disisihkan, beserta alasannya: {quarantine}",
            quarantine=document["quarantine"],
        )
