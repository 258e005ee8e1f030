"""``patok frame``: load, check, publish and revert area frames."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import click

from boundaries.intake import read_areas
from boundaries.qa.protocol import CandidateView, QaOutcome
from boundaries.qa.registry import QA_CHECKS, run_qa
from boundaries.store import candidates, frames, qa_runs, releases
from boundaries.store.areas import ReleaseRecord
from geo.levels import Level
from geotags.store.campaigns import list_campaigns
from patok.options import FILE, as_json, column_option, level_option, read_columns
from patok.store import Store, open_store
from patok.words import LANGUAGE, plain, progress_bar, say, show_json, show_table, tell

_DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.group(
    help=tell("Load, check and publish area frames.", "Muat, periksa, dan terbitkan kerangka wilayah.")
)
def COMMAND() -> None:
    """``patok frame``."""


@COMMAND.command(help=tell("Create an empty frame.", "Buat kerangka kosong."))
@click.argument("name")
@click.option("--scheme", default="bps", show_default=True, help=tell("Code scheme.", "Skema kode."))
@click.option("--country", default="ID", show_default=True, help=tell("ISO 3166-1 code.", "Kode ISO 3166-1."))
def create(name: str, scheme: str, country: str) -> None:
    """A frame with a code scheme."""
    with open_store() as store:
        frames.create_frame(store.engine, name, scheme, country)
    say("Frame {name} is made.", "Kerangka {name} dibuat.", name=name)


@COMMAND.command(help=tell("Load a boundary file into the candidate.", "Muat berkas batas ke calon rilis."))
@click.argument("name")
@click.argument("file", type=FILE)
@level_option
@column_option
@click.option("--layer", help=tell("Layer of a file with several.", "Lapisan dari berkas berisi beberapa."))
@as_json
def load(
    name: str, file: Path, level: Level, columns: tuple[str, ...], layer: str | None, as_json: bool
) -> None:
    """All or nothing: a refused file changes nothing."""
    with open_store() as store:
        scheme = frames.find_frame(store.engine, name).scheme
        with progress_bar("Reading and storing", "Membaca dan menyimpan", None):
            loaded = read_areas(file, level, scheme, read_columns(columns), layer)
            candidates.add_file(store.engine, name, loaded)
    document = {"frame": name, "level": level.value, "areas": len(loaded.areas), "format": loaded.format}
    if as_json:
        show_json(document | {"file": loaded.file_name, "sha256": loaded.sha256})
        return
    say(
        "{areas} areas of level {level} are in the candidate of {frame}. Next: patok frame qa {frame}",
        "{areas} wilayah tingkat {level} masuk calon rilis {frame}. Berikutnya: patok frame qa {frame}",
        **document,
    )


@COMMAND.command(help=tell("Check the quality of the candidate.", "Periksa mutu calon rilis."))
@click.argument("name")
@click.option(
    "--most", default=20, show_default=True, help=tell("Findings to print.", "Temuan yang dicetak.")
)
@as_json
def qa(name: str, most: int, as_json: bool) -> None:
    """Run every check, store the findings, say whether the candidate can be published."""
    with open_store() as store:
        outcomes = run_qa_on_candidate(store, name)
    if as_json:
        said = _said(outcomes)
        summary = {
            code: {"outcome": one.outcome, "reason": one.reason, "findings": len(one.findings)}
            for code, one in outcomes.items()
        }
        blocked = any(line["severity"] == "error" for line in said)
        show_json({"frame": name, "publishable": not blocked, "checks": summary, "findings": said})
    else:
        show_qa(name, outcomes, most)


def run_qa_on_candidate(store: Store, name: str) -> dict[str, QaOutcome]:
    """Check the open candidate of a frame and store what was found."""
    with progress_bar("Checking the frame", "Memeriksa kerangka", None):
        candidate = candidates.find_candidate(store.engine, name)
        view = CandidateView(candidate.frame.scheme, candidates.read_candidate(store.engine, candidate))
        outcomes = run_qa(view)
        profile = {check.code: {n: p.value for n, p in check.parameters.items()} for check in QA_CHECKS}
        qa_runs.store_qa(store.engine, candidate, outcomes, profile)
    return outcomes


def show_qa(name: str, outcomes: dict[str, QaOutcome], most: int) -> None:
    """Print the outcome of every check, the first findings in words, and what to do next."""
    said = _said(outcomes)
    show_table(
        [tell("Check", "Pemeriksaan"), tell("Outcome", "Hasil"), tell("Findings", "Temuan")],
        [[code, _outcome_word(one.outcome), len(one.findings)] for code, one in outcomes.items()],
    )
    for line in said[:most]:
        say("{line}", "{line}", line=f"{line['severity']:7} {line['code']}: {line['message']}")
    if len(said) > most:
        say("... and {n} more (--most, --json).", "... dan {n} lagi (--most, --json).", n=len(said) - most)
    blocking = sum(line["severity"] == "error" for line in said)
    if blocking:
        say(
            "Not publishable: {n} findings block it.",
            "Belum dapat diterbitkan: {n} temuan menghalangi.",
            n=blocking,
        )
    else:
        say(
            "Publishable. Next: patok frame publish {name} --label 2025_2",
            "Dapat diterbitkan. Berikutnya: patok frame publish {name} --label 2025_2",
            name=name,
        )


def _said(outcomes: dict[str, QaOutcome]) -> list[dict[str, Any]]:
    """Every finding in words, those that block publication first."""
    check_of = {check.code: check for check in QA_CHECKS}
    found = [finding for outcome in outcomes.values() for finding in outcome.findings]
    return [
        {
            "code": finding.check_code,
            "severity": finding.severity,
            "level": finding.level.value,
            "area_code": finding.area_code,
            "other_code": finding.other_code,
            "message": check_of[finding.check_code].say_message(
                LANGUAGE,
                level=finding.level.value,
                area_code=finding.area_code,
                other_code=finding.other_code,
                evidence=finding.evidence,
            ),
        }
        for finding in sorted(found, key=lambda one: one.severity != "error")
    ]


def _outcome_word(outcome: str) -> str:
    return {
        "pass": tell("pass", "lolos"),
        "fail": tell("fail", "ada temuan"),
        "not_assessed": tell("not assessed", "tidak dinilai"),
    }[outcome]


@COMMAND.command(help=tell("Throw the candidate away.", "Buang calon rilis."))
@click.argument("name")
@as_json
def discard(name: str, as_json: bool) -> None:
    """What was loaded since the last release is gone; releases stay."""
    with open_store() as store:
        candidates.discard(store.engine, name)
    if as_json:
        show_json({"frame": name, "discarded": True})
        return
    say(
        "The candidate of {frame} is thrown away; its releases are as they were.",
        "Calon rilis {frame} dibuang; rilisnya tetap seperti semula.",
        frame=name,
    )


@COMMAND.command(help=tell("Publish the candidate as a release.", "Terbitkan calon sebagai rilis."))
@click.argument("name")
@click.option("--label", required=True, help=tell("Like 2025_2.", "Misalnya 2025_2."))
@click.option("--effective-on", type=_DAY, help=tell("First day it holds.", "Hari pertama berlaku."))
@click.option(
    "--boundary-sigma-m",
    type=float,
    default=5.0,
    show_default=True,
    help=tell("Standard deviation of the boundaries.", "Simpangan baku garis batas."),
)
@click.option(
    "--force", is_flag=True, help=tell("Despite blocking findings.", "Meskipun ada temuan penghalang.")
)
@click.option("--reason", help=tell("Why it is forced; recorded.", "Alasan pemaksaan; dicatat."))
@as_json
def publish(
    name: str,
    label: str,
    effective_on: dt.datetime | None,
    boundary_sigma_m: float,
    force: bool,
    reason: str | None,
    as_json: bool,
) -> None:
    """Refused while findings block it, unless forced with a reason."""
    if force != bool(reason):
        raise click.UsageError(
            tell("--force and --reason go together.", "--force dan --reason harus bersama.")
        )
    with open_store() as store, progress_bar("Publishing", "Menerbitkan", None):
        release = releases.publish(
            store.engine,
            store.data_dir,
            name,
            label,
            effective_on=effective_on.date() if effective_on else None,
            boundary_sigma_m=boundary_sigma_m,
            forced_reason=reason,
        )
        concerned = _campaigns_of(store, name)
    _show_release(name, release, as_json)
    _say_concerned(concerned, as_json)


@COMMAND.command("releases", help=tell("List the releases of a frame.", "Daftar rilis sebuah kerangka."))
@click.argument("name")
@as_json
def releases_(name: str, as_json: bool) -> None:
    """Newest first."""
    with open_store() as store:
        rows = releases.list_releases(store.engine, name)
    if as_json:
        show_json({"frame": name, "releases": [plain(row) for row in rows]})
        return
    show_table(
        ["#", "Label", tell("Effective on", "Berlaku"), tell("Segments", "Segmen"), tell("Reason", "Alasan")],
        [[f"{r.number}", r.label, r.effective_on, r.segments, _reasons(r)] for r in rows],
    )


@COMMAND.command(help=tell("Publish an older release again.", "Terbitkan kembali rilis lama."))
@click.argument("name")
@click.argument("number", type=int)
@click.option("--reason", required=True, help=tell("Why; recorded.", "Alasannya; dicatat."))
@as_json
def revert(name: str, number: int, reason: str, as_json: bool) -> None:
    """Nothing is deleted: the older manifest becomes a new release."""
    with open_store() as store, progress_bar("Reverting", "Mengembalikan", None):
        release = releases.revert(store.engine, store.data_dir, name, number, reason)
        concerned = _campaigns_of(store, name)
    _show_release(name, release, as_json)
    _say_concerned(concerned, as_json)


@COMMAND.command(help=tell("List what differs between two releases.", "Daftar perbedaan dua rilis."))
@click.argument("name")
@click.argument("older", type=int)
@click.argument("newer", type=int, required=False)
@as_json
def changes(name: str, older: int, newer: int | None, as_json: bool) -> None:
    """Areas added, removed and changed; NEWER is the current release when left out."""
    with open_store() as store:
        diff = releases.diff(store.engine, name, older, newer)
    kinds = {"added": diff.added, "removed": diff.removed, "changed": diff.changed}
    if as_json:
        show_json({kind: [plain(area) for area in areas] for kind, areas in kinds.items()})
        return
    words = {
        "added": tell("added", "bertambah"),
        "removed": tell("removed", "hilang"),
        "changed": tell("changed", "berubah"),
    }
    show_table(
        [tell("Change", "Perubahan"), tell("Level", "Tingkat"), tell("Code", "Kode"), tell("Name", "Nama")],
        [[words[kind], a.level.value, a.area_code, a.name] for kind, areas in kinds.items() for a in areas],
    )


def _campaigns_of(store: Store, frame: str) -> list[str]:
    """The campaigns on a frame, whose geotags a new release may concern."""
    return [one.name for one in list_campaigns(store.engine) if one.frame.name == frame]


def _say_concerned(campaigns: list[str], as_json: bool) -> None:
    if as_json:
        return
    for campaign in campaigns:
        say(
            "A running patok serve judges again what it concerns in {campaign}; without one: patok geotags "
            "check {campaign} --changed",
            "patok serve yang berjalan menilai ulang yang terkena di {campaign}; tanpa itu: patok geotags "
            "check {campaign} --changed",
            campaign=campaign,
        )


def _reasons(release: ReleaseRecord) -> str:
    return "; ".join(reason for reason in (release.reverted_reason, release.forced_reason) if reason)


def _show_release(name: str, release: ReleaseRecord, as_json: bool) -> None:
    if as_json:
        show_json({"frame": name, "release": plain(release)})
        return
    say(
        "Release {number} ({label}) of {frame}: {segments} kabupaten.",
        "Rilis {number} ({label}) dari {frame}: {segments} kabupaten.",
        number=release.number,
        label=release.label,
        frame=name,
        segments=release.segments,
    )
