"""``patok findings``: list or export the findings of a campaign."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pandas as pd

from boundaries.store.reading import Access, reading
from geo.checks.registry import CHECK_OF_CODE
from geo.checks.words import message_of, remedy_of
from geo.errors import ValueRefused
from geotags.exports import require_writable, write_layers
from geotags.store.campaigns import campaign_named
from geotags.store.found import SEVERITIES, FindingPlace, read_findings
from patok.options import FILE, as_json
from patok.store import Store, open_store
from patok.words import LANGUAGE, progress_bar, say, show_json, show_table, tell

_PAGE = 1000


@click.command(help=tell("List or export findings.", "Daftar atau ekspor temuan."))
@click.argument("campaign")
@click.option(
    "-o",
    "--output",
    type=FILE,
    help=tell("CSV, GeoJSON, Parquet or GPKG.", "CSV, GeoJSON, Parquet, atau GPKG."),
)
@click.option("--code", help=tell("Only this check.", "Hanya pemeriksaan ini."))
@click.option(
    "--severity", type=click.Choice(SEVERITIES), help=tell("Only this severity.", "Hanya keparahan ini.")
)
@click.option(
    "--area", help=tell("Only areas whose code begins so.", "Hanya wilayah dengan awalan kode ini.")
)
@click.option(
    "--most", default=20, show_default=True, help=tell("Findings to print.", "Temuan yang dicetak.")
)
@as_json
def COMMAND(
    campaign: str,
    output: Path | None,
    code: str | None,
    severity: str | None,
    area: str | None,
    most: int,
    as_json: bool,
) -> None:
    """Worst first. ``--output`` writes all of them; a GeoPackage opens in QGIS."""
    if code is not None and code not in CHECK_OF_CODE:
        raise ValueRefused(where="--code", value=code, wanted=", ".join(CHECK_OF_CODE))
    if output is not None:
        require_writable(output)
    with open_store() as store:
        rows = _rows(store, campaign, code, severity, area)
        if output is not None:
            with progress_bar("Reading the findings", "Membaca temuan", None):
                table = pd.DataFrame(list(rows), columns=_COLUMNS)
                write_layers(
                    {"findings": table.rename(columns={"lon": "longitude", "lat": "latitude"})}, output
                )
            if as_json:
                show_json({"campaign": campaign, "findings": len(table), "output": str(output)})
            else:
                say("{n} findings: {file}", "{n} temuan: {file}", n=len(table), file=output)
            return
        shown = [row for _, row in zip(range(most), rows, strict=False)]
    if as_json:
        show_json({"campaign": campaign, "findings": shown})
        return
    show_table(
        [
            tell("Severity", "Keparahan"),
            tell("Code", "Kode"),
            tell("Area", "Wilayah"),
            tell("Household", "Keluarga"),
            tell("Finding", "Temuan"),
        ],
        [
            [row[name] for name in ("severity", "code", "assigned_area", "household_key", "message")]
            for row in shown
        ],
    )


_COLUMNS = [
    "finding_id",
    "geotag_id",
    "item_id",
    "household_key",
    "building_no",
    "enumerator_id",
    "assigned_area",
    "area_name",
    "code",
    "severity",
    "ruleset",
    "ruleset_version",
    "distance_m",
    "probability",
    "message",
    "remedy",
    "evidence",
    "lon",
    "lat",
]


def _rows(
    store: Store, name: str, code: str | None, severity: str | None, area: str | None
) -> Iterator[dict[str, Any]]:
    """Every finding that passes the filters, page by page, said in the person's language."""
    with reading(Access(store.engine, purpose="patok findings")) as connection:
        campaign = campaign_named(connection, name)
        after = FindingPlace(0, 0)
        while True:
            page, more = read_findings(
                connection, campaign, code=code, severity=severity, area=area, after=after, limit=_PAGE
            )
            for row in page:
                said = {
                    "message": message_of(row["code"], row["evidence"], LANGUAGE),
                    "remedy": remedy_of(row["code"], LANGUAGE),
                    "evidence": json.dumps(row["evidence"], ensure_ascii=False),
                }
                yield {column: (row | said)[column] for column in _COLUMNS}
            if not more:
                return
            after = FindingPlace(SEVERITIES.index(page[-1]["severity"]), page[-1]["finding_id"])
