"""``patok check``: files of geotags, in any number, against a frame."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pyarrow as pa

from geo.checks.registry import CHECKS
from geo.codes import SCHEMES
from geo.errors import FileNotOpened, ValueRefused
from geo.frame import DEFAULT_BOUNDARY_SIGMA_M
from geo.levels import Level
from geo.rules import RULES
from geo.ruleset import Ruleset
from geo.text import Text
from geotags.bulk.run import BulkCheck, run_check
from geotags.bulk.scratch import Scratch
from geotags.bulk.tables import Counts
from geotags.bulk.writers import findings_path, require_output, roll_ups_path, writing
from geotags.exports import require_writable
from geotags.qgis import write_styles
from patok.context import context_options, read_context
from patok.frames import find_frame
from patok.options import FILE, as_json, column_option, level_option, read_columns, ruleset_option
from patok.rulesets import find_ruleset
from patok.words import LANGUAGE, Rate, note, rate_bar, say, show_json, show_table, tell

if TYPE_CHECKING:
    from patok.report import Report


@click.command(help=tell("Check geotags against a frame.", "Periksa geotag terhadap kerangka."))
@click.argument("frame", metavar="FRAME")
@click.argument("geotags", nargs=-1, required=True, metavar="GEOTAGS...")
@click.option(
    "-o",
    "--output",
    type=FILE,
    required=True,
    help=tell("CSV, GeoJSON, Parquet or GPKG.", "CSV, GeoJSON, Parquet, atau GPKG."),
)
@level_option
@ruleset_option
@click.option(
    "--brief",
    is_flag=True,
    help=tell(
        "Per geotag only its row, item, distance, probability, verdict and findings.",
        "Per geotag hanya baris, item, jarak, peluang, putusan, dan temuannya.",
    ),
)
@click.option(
    "--report",
    type=FILE,
    help=tell("An HTML page about the whole check.", "Halaman HTML tentang seluruh pemeriksaan."),
)
@click.option(
    "--resume",
    is_flag=True,
    help=tell("Go on with a check that was stopped.", "Lanjutkan pemeriksaan yang dihentikan."),
)
@click.option("--scheme", type=click.Choice(list(SCHEMES)), default="bps", show_default=True)
@click.option("--boundary-sigma-m", type=float, default=DEFAULT_BOUNDARY_SIGMA_M, show_default=True)
@click.option("--layer", help=tell("Layer of a file with several.", "Lapisan dari berkas berisi beberapa."))
@column_option
@context_options
@as_json
def COMMAND(
    frame: str,
    geotags: tuple[str, ...],
    output: Path,
    level: Level,
    ruleset: str,
    brief: bool,
    report: Path | None,
    resume: bool,
    scheme: str,
    boundary_sigma_m: float,
    layer: str | None,
    columns: tuple[str, ...],
    as_json: bool,
    **lists: Any,
) -> None:
    """FRAME is a file, the folder of a snapshot, or NAME@RELEASE; GEOTAGS are files or patterns."""
    files = _files(geotags)
    require_output(output, inputs=[*files, Path(frame)])
    if report is not None:
        _require_report(report, [*files, Path(frame), output], brief=brief)
    rules = find_ruleset(ruleset)
    with rate_bar() as rate:
        rate.say("Opening the frame", "Membuka kerangka")
        named = find_frame(frame, level, scheme=scheme, boundary_sigma_m=boundary_sigma_m, layer=layer)
        context, identity = read_context(lists, named.frame.scheme, level, rate)
        job = BulkCheck(
            files,
            named.frame,
            level,
            rules,
            named.identity,
            context=context,
            lists=identity,
            columns=read_columns(columns),
            language=LANGUAGE,
            brief=brief,
        )
        done = _run(job, output, report, rate, resume=resume)
    _tell(done, rules, output, as_json=as_json)


@dataclass(frozen=True)
class _Done:
    counts: Counts
    quarantine: Path | None


def _files(patterns: tuple[str, ...]) -> list[Path]:
    """Every file that a pattern names, once, in the order of their names. Raises ``FileNotOpened``."""
    found: dict[Path, None] = {}
    for pattern in patterns:
        path = Path(pattern)
        if path.exists() or not any(sign in path.name for sign in "*?["):
            found[path] = None
            continue
        matching = sorted(path.parent.glob(path.name))
        if not matching:
            raise FileNotOpened(file=pattern)
        found |= dict.fromkeys(matching)
    for path in found:
        if not path.is_file():
            raise FileNotOpened(file=path.name)
    return list(found)


def _new_report(output: Path) -> Report:
    # Maps and plots take a second to load: only who asks for a report waits for them.
    from patok.report import Report

    return Report(f"Patok: {output.name}")


def _require_report(path: Path, others: list[Path], *, brief: bool) -> None:
    """Before any work is done. Raises ``ValueRefused`` for a report that could not be made."""
    if brief:
        raise ValueRefused(where="--brief", value="--report", wanted=_NOT_BOTH)
    require_writable(path, others, endings=(".html",))


_NOT_BOTH = Text(en="one of the two: a report needs full results", id="salah satu: laporan perlu hasil penuh")


def _run(job: BulkCheck, output: Path, report: Path | None, rate: Rate, *, resume: bool) -> _Done:
    folder = output.with_name(f".{output.name}.unfinished")
    scratch = Scratch(folder, job.job(), resume=resume)
    constants: dict[str, Any] = {
        "release": job.frame.release,
        "ruleset": job.ruleset.name,
        "ruleset_version": job.ruleset.version,
    }
    rate.begin(job.estimate())
    with _kept(folder), writing(output, constants, brief=job.brief) as writer:
        about = _new_report(output) if report else None

        def write(results: pa.Table, findings: pa.Table) -> None:
            writer.write(results, findings)
            if about:
                about.add(results)

        counts = run_check(job, scratch, write, rate.advance)
        if counts.roll_ups is not None:
            writer.write_roll_ups(counts.roll_ups.said(job.language))
        if about and report:
            ruleset = f"{job.ruleset.name} {job.ruleset.version}"
            about.write(report, counts, job.frame, job.level, ruleset)
    if output.suffix.lower() == ".gpkg":
        write_styles(output, job.language)
    aside = output.with_suffix(".quarantine.ndjson")
    aside.unlink(missing_ok=True)
    if counts.quarantined:
        shutil.move(scratch.path("quarantine.ndjson"), aside)
    scratch.remove()
    return _Done(counts, aside if counts.quarantined else None)


@contextmanager
def _kept(folder: Path) -> Iterator[None]:
    """Say that stopped work is kept; away with what was refused before anything was done."""
    try:
        yield
    except KeyboardInterrupt:
        note(
            "What was checked is kept in {folder}; go on with --resume.",
            "Yang sudah diperiksa disimpan di {folder}; lanjutkan dengan --resume.",
            folder=folder,
        )
        raise
    except Exception:
        if not list(folder.glob("pieces/*.json")):
            shutil.rmtree(folder, ignore_errors=True)
        raise


def _tell(done: _Done, rules: Ruleset, output: Path, *, as_json: bool) -> None:
    counts = done.counts
    off = [rule.code for rule in RULES if not rules.is_on(rule.code)]
    roll_ups = counts.roll_ups
    about = Counter(roll_ups.findings.column("code").to_pylist()) if roll_ups else Counter[str]()
    by_check = {check.code: 0 for check in CHECKS if rules.is_on(check.code)}
    for (code, _), n in counts.findings.items():
        by_check[code] += n
    if as_json:
        not_assessed = _nested(counts.not_assessed)
        show_json(
            {
                "read": counts.read,
                "geotags": counts.checked,
                "quarantined": counts.quarantined,
                "near_border": counts.near_border,
                "refused_files": [{"file": file, "message": said} for file, said in counts.refused],
                "ruleset": rules.name,
                "ruleset_version": rules.version,
                "off": off,
                "verdicts": counts.verdicts,
                "findings": by_check,
                "not_assessed": not_assessed,
                "rollups": dict(about),
                "rollups_not_assessed": _nested(roll_ups.not_assessed if roll_ups else {}),
                "output": str(output),
                "findings_output": str(findings_path(output)),
                "rollups_output": str(roll_ups_path(output)) if roll_ups else None,
                "quarantine": done.quarantine and str(done.quarantine),
            }
        )
    else:
        _show(counts, by_check, off, rules, output, done.quarantine)
        _show_roll_ups(about, output)
    if counts.refused:
        raise click.exceptions.Exit(2)


def _nested(counted: Mapping[tuple[str, str], int]) -> dict[str, dict[str, int]]:
    """By code and then by reason."""
    nested: dict[str, dict[str, int]] = {}
    for (code, reason), n in sorted(counted.items()):
        nested.setdefault(code, {})[reason] = n
    return nested


def _show_roll_ups(about: Mapping[str, int], output: Path) -> None:
    if not about:
        return
    show_table(
        [tell("About many geotags", "Tentang banyak geotag"), tell("Findings", "Temuan")],
        [[code, count] for code, count in about.items()],
    )
    say(
        "About enumerators, areas and households of the roster: {file}",
        "Tentang pencacah, wilayah, dan keluarga dalam daftar: {file}",
        file=roll_ups_path(output),
    )


def _show(
    counts: Counts,
    by_check: dict[str, int],
    off: list[str],
    rules: Ruleset,
    output: Path,
    quarantine: Path | None,
) -> None:
    show_table(
        [tell("Check", "Pemeriksaan"), tell("Findings", "Temuan")],
        [[code, count] for code, count in by_check.items() if count],
    )
    if off:
        say(
            "Not checked, because ruleset {name} {version} has it off: {codes}",
            "Tidak diperiksa, karena dinonaktifkan oleh set aturan {name} {version}: {codes}",
            name=rules.name,
            version=rules.version,
            codes=", ".join(off),
        )
    for _, said in counts.refused:
        say("Left out: {said}", "Dilewati: {said}", said=said)
    say(
        "{read} records read = {checked} checked + {quarantined} set aside.",
        "{read} catatan dibaca = {checked} diperiksa + {quarantined} disisihkan.",
        read=f"{counts.read:,}",
        checked=f"{counts.checked:,}",
        quarantined=f"{counts.quarantined:,}",
    )
    if quarantine:
        say(
            "The records set aside stand word for word, with the reason, in {file}.",
            "Catatan yang disisihkan tertulis apa adanya, beserta alasannya, di {file}.",
            file=quarantine,
        )
    say(
        "{n} geotags: {accepted} accepted, {review} to look at, {rejected} to send back, "
        "{open} not assessed. {file}",
        "{n} geotag: {accepted} diterima, {review} perlu dilihat, {rejected} dikembalikan, "
        "{open} tidak dinilai. {file}",
        n=counts.checked,
        accepted=counts.verdicts["accepted"],
        review=counts.verdicts["review"],
        rejected=counts.verdicts["rejected"],
        open=counts.verdicts["not_assessed"],
        file=output,
    )
