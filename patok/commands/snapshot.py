"""``patok snapshot``: a frame as a folder that any machine can check against at once."""

from __future__ import annotations

from pathlib import Path

import click

from boundaries.snapshots import write_snapshot
from geo.codes import SCHEMES
from geo.errors import ValueRefused
from geo.frame import DEFAULT_BOUNDARY_SIGMA_M
from geo.levels import Level
from geotags.exports import OUTPUT, WRITABLE
from patok.frames import find_frame
from patok.options import as_json, level_option
from patok.words import progress_bar, say, show_json, tell


@click.command(help=tell("Write a frame as a folder of segments.", "Tulis kerangka sebagai folder segmen."))
@click.argument("frame", metavar="FRAME")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help=tell("The folder to write.", "Folder yang ditulis."),
)
@level_option
@click.option("--scheme", type=click.Choice(list(SCHEMES)), default="bps", show_default=True)
@click.option("--boundary-sigma-m", type=float, default=DEFAULT_BOUNDARY_SIGMA_M, show_default=True)
@click.option("--layer", help=tell("Layer of a file with several.", "Lapisan dari berkas berisi beberapa."))
@as_json
def COMMAND(
    frame: str,
    output: Path,
    level: Level,
    scheme: str,
    boundary_sigma_m: float,
    layer: str | None,
    as_json: bool,
) -> None:
    """FRAME is a boundary file or NAME@RELEASE. The folder is what patok check opens in no time."""
    with progress_bar("Writing the snapshot", "Menulis snapshot", None):
        named = find_frame(frame, level, scheme=scheme, boundary_sigma_m=boundary_sigma_m, layer=layer)
        try:
            write_snapshot(output, named.frame)
        except OSError as error:
            raise ValueRefused(where=OUTPUT, value=str(output), wanted=WRITABLE) from error
    n_areas = sum(len(areas) for segment in named.frame.segments for areas in segment.layers.values())
    document = {"output": str(output), "segments": len(named.frame.segments), "areas": n_areas}
    if as_json:
        show_json(document)
        return
    say(
        "{areas} areas in {segments} segments: {output}",
        "{areas} wilayah dalam {segments} segmen: {output}",
        **document,
    )
