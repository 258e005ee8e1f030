"""``patok checks``: the catalogue of checks."""

from __future__ import annotations

import click

from boundaries.qa.registry import QA_CHECKS
from geo.checks.registry import CHECKS
from geo.rollups.registry import ROLL_UPS
from patok.options import as_json
from patok.words import LANGUAGE, show_json, show_table, tell


@click.command(help=tell("List the geotag and frame checks.", "Daftar pemeriksaan geotag dan kerangka."))
@as_json
def COMMAND(as_json: bool) -> None:
    """Code, severity, title and parameters of every check."""
    rows = [
        {
            "subject": subject,
            "code": check.code,
            "version": check.version,
            "severity": severity,
            "title": check.title.say(LANGUAGE),
            "remedy": check.remedy.say(LANGUAGE),
            "parameters": {
                name: {
                    "value": one.value,
                    "unit": one.unit,
                    "least": one.least,
                    "most": one.most,
                    "source": one.source,
                }
                for name, one in check.parameters.items()
            },
        }
        for subject, check, severity in [
            *(("geotag", one, one.severity.word) for one in CHECKS),
            *((one.about.value, one, one.severity.word) for one in ROLL_UPS),
            *(("frame", one, one.severity) for one in QA_CHECKS),
        ]
    ]
    if as_json:
        show_json({"checks": rows})
        return
    show_table(
        [
            tell("Subject", "Subjek"),
            tell("Code", "Kode"),
            tell("Severity", "Keparahan"),
            tell("Title", "Judul"),
        ],
        [[row["subject"], row["code"], row["severity"], row["title"]] for row in rows],
    )
