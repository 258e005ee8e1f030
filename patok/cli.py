"""The ``patok`` command. Each command's module is imported when it is called, and no other.

Exit codes: 0 done, 1 a fault of the program, 2 the input or an option cannot be used, 3 something
named is not there, 4 the state does not allow it, 5 the machine or a setting is not ready, 130
stopped by Ctrl-C.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

import click

from geo.errors import PatokError
from geo.text import Text
from patok.stopping import asked_to_stop, listening
from patok.words import ERR, LANGUAGE, show_json, tell

# name -> module of patok.commands, and what it does. A new command is one line here.
COMMANDS: dict[str, tuple[str, Text]] = {
    "demo": (
        "demo",
        Text(
            en="Make a sample kabupaten, check it, show the page.",
            id="Buat kabupaten contoh, periksa, tampilkan.",
        ),
    ),
    "check": (
        "check",
        Text(
            en="Check files of geotags against a frame, no database.",
            id="Periksa geotag tanpa basis data.",
        ),
    ),
    "snapshot": (
        "snapshot",
        Text(
            en="Write a frame as a folder to check against.",
            id="Tulis kerangka sebagai folder untuk pemeriksaan.",
        ),
    ),
    "checks": (
        "checks",
        Text(en="List the geotag and frame checks.", id="Daftar pemeriksaan geotag dan kerangka."),
    ),
    "ruleset": (
        "ruleset",
        Text(en="List, check and compare rulesets.", id="Daftar, periksa, dan bandingkan set aturan."),
    ),
    "frame": (
        "frame",
        Text(en="Load, check and publish area frames.", id="Muat, periksa, dan terbitkan kerangka."),
    ),
    "campaign": ("campaign", Text(en="Create and list campaigns.", id="Buat dan daftar kegiatan.")),
    "geotags": (
        "geotags",
        Text(en="Load geotags and check them again.", id="Muat geotag dan periksa ulang."),
    ),
    "findings": ("findings", Text(en="List or export findings.", id="Daftar atau ekspor temuan.")),
    "handover": (
        "handover",
        Text(en="Write the GS file and the muatan table.", id="Tulis berkas GS dan tabel muatan."),
    ),
    "serve": ("serve", Text(en="Serve the HTTP API and the page.", id="Layani API HTTP dan halaman.")),
    "key": (
        "key",
        Text(en="Make, list and revoke access keys.", id="Buat, daftar, dan cabut kunci akses."),
    ),
    "webhook": (
        "webhook",
        Text(en="Tell other programs what came and went.", id="Beri tahu program lain."),
    ),
    "audit": ("audit", Text(en="Who saw which household.", id="Siapa melihat keluarga mana.")),
    "erase": ("erase", Text(en="Erase a household, or a campaign.", id="Hapus keluarga, atau kegiatan.")),
    "db": (
        "db",
        Text(
            en="The database: start, stop, status, migrate.", id="Basis data: start, stop, status, migrate."
        ),
    ),
}


HELP_NAMES = ["-h", "--help"]


class _Commands(click.Group):
    def list_commands(self, context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"patok.commands.{COMMANDS[name][0]}").COMMAND
        return command

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section(tell("Commands", "Perintah")):
            formatter.write_dl([(name, what.say(LANGUAGE)) for name, (_, what) in COMMANDS.items()])


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": HELP_NAMES},
    help=tell(
        "Keeps statistical area frames and tells whether household geotags lie where their records say.",
        "Memelihara kerangka wilayah statistik dan menilai apakah geotag keluarga berada "
        "di wilayah catatannya.",
    ),
)
@click.version_option(package_name="patok")
def cli() -> None:
    """The top of the command tree."""


def main(arguments: list[str] | None = None) -> None:
    """Run a command; every expected error is one sentence and a documented exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        with listening():
            cli.main(args=arguments, prog_name="patok", standalone_mode=False)
    except click.exceptions.Exit as end:
        sys.exit(end.exit_code)
    except click.ClickException as error:
        if "--json" in arguments:
            _show_json("USAGE", error.format_message())
        else:
            error.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt, Exception) as error:
        if asked_to_stop() or isinstance(error, click.Abort | KeyboardInterrupt):
            ERR.print(tell("Stopped.", "Dihentikan."))
            sys.exit(130)
        if not isinstance(error, PatokError):
            raise
        _show(error, as_json="--json" in arguments)
        sys.exit(error.exit_code)


def _show(error: PatokError, as_json: bool) -> None:
    if as_json:
        _show_json(error.code, error.say(LANGUAGE))
    else:
        ERR.print(error.say(LANGUAGE), markup=False, style="red")


def _show_json(code: str, message: str) -> None:
    document: dict[str, Any] = {"error": {"code": code, "message": message}}
    show_json(document)
