"""``patok check``: a file of geotags against a boundary file, and no database."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from boundaries.assembly import frame_of_tables
from boundaries.intake import read_areas
from geo.checks.registry import CHECKS
from geo.codes import SCHEMES
from geo.engine import Verdict, check_geotags
from geo.frame import DEFAULT_BOUNDARY_SIGMA_M
from geo.levels import Level
from geotags.exports import require_writable, write_checked
from geotags.intake import read_geotags
from patok.options import FILE, as_json, column_option, level_option, read_columns, ruleset_option
from patok.rulesets import find_ruleset
from patok.words import LANGUAGE, progress_bar, say, show_json, show_table, tell


@click.command(help=tell("Check geotags against a boundary file.", "Periksa geotag terhadap berkas batas."))
@click.argument("frame", type=FILE)
@click.argument("geotags", type=FILE)
@click.option(
    "-o",
    "--output",
    type=FILE,
    required=True,
    help=tell("CSV, GeoJSON, Parquet or GPKG.", "CSV, GeoJSON, Parquet, atau GPKG."),
)
@level_option
@ruleset_option
@click.option("--scheme", type=click.Choice(list(SCHEMES)), default="bps", show_default=True)
@click.option("--boundary-sigma-m", type=float, default=DEFAULT_BOUNDARY_SIGMA_M, show_default=True)
@click.option("--layer", help=tell("Layer of a file with several.", "Lapisan dari berkas berisi beberapa."))
@column_option
@as_json
def COMMAND(
    frame: Path,
    geotags: Path,
    output: Path,
    level: Level,
    ruleset: str,
    scheme: str,
    boundary_sigma_m: float,
    layer: str | None,
    columns: tuple[str, ...],
    as_json: bool,
) -> None:
    """Reads both files, writes one row per geotag with verdict, distance, probability and findings."""
    require_writable(output, inputs=(frame, geotags))
    rules = find_ruleset(ruleset)
    codes = SCHEMES[scheme]
    with progress_bar("Checking", "Memeriksa", None):
        areas = read_areas(frame, level, codes, layer=layer)
        loaded = read_geotags(geotags, codes, level, read_columns(columns))
        in_memory = frame_of_tables(
            codes, {level: areas.areas}, boundary_sigma_m=boundary_sigma_m, release=areas.file_name
        )
        checked = check_geotags(loaded.geotags, in_memory, level, rules)
        write_checked(checked, output, LANGUAGE, loaded.first_row)
    verdicts = Counter(Verdict(verdict).word for verdict in checked.verdicts().tolist())
    counts = {code: len(outcomes.failed) for code, outcomes in checked.outcomes.items()}
    off = [check.code for check in CHECKS if not rules.is_on(check.code)]
    if as_json:
        show_json(
            {
                "geotags": len(loaded.geotags),
                "ruleset": rules.name,
                "ruleset_version": rules.version,
                "off": off,
                "verdicts": verdicts,
                "findings": counts,
                "output": str(output),
            }
        )
        return
    show_table(
        [tell("Check", "Pemeriksaan"), tell("Findings", "Temuan")],
        [[code, count] for code, count in counts.items() if count],
    )
    if off:
        say(
            "Not checked, because ruleset {name} {version} has it off: {codes}",
            "Tidak diperiksa, karena dinonaktifkan oleh set aturan {name} {version}: {codes}",
            name=rules.name,
            version=rules.version,
            codes=", ".join(off),
        )
    say(
        "{n} geotags: {accepted} accepted, {review} to look at, {rejected} to send back, "
        "{open} not assessed. {file}",
        "{n} geotag: {accepted} diterima, {review} perlu dilihat, {rejected} dikembalikan, "
        "{open} tidak dinilai. {file}",
        n=len(loaded.geotags),
        accepted=verdicts["accepted"],
        review=verdicts["review"],
        rejected=verdicts["rejected"],
        open=verdicts["not_assessed"],
        file=output,
    )
