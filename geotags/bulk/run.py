"""A check of geotags in any number, in three rounds, each of which can be stopped and gone on with.

1. The files are read in pieces. Each piece is checked by the checks that need one record, its results are
   written, and its geotags once more by what the other checks look at.
2. Those checks get whole groups: all geotags near a place, of a household, of an enumerator, of an area.
3. What both said is put together, piece by piece, and handed to the writer.

Memory is that of one piece, or of the largest group of groups.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from geo.ahead import in_order
from geo.checks.protocol import Check, Scope
from geo.checks.registry import CHECKS
from geo.context import Context
from geo.engine import Checked, check_geotags
from geo.errors import InputError
from geo.exemptions import READS as EXEMPTION_READS
from geo.frame import Frame
from geo.geotags import ALWAYS_READ, IDENTIFYING, WRITTEN
from geo.kernels import CERTAIN_SIGMAS
from geo.levels import Level
from geo.rollups.engine import roll_ups_of
from geo.rollups.protocol import Setting
from geo.ruleset import Ruleset
from geo.text import Language
from geotags.bulk.reading import Piece, Quarantine, Source, read_pieces
from geotags.bulk.scratch import (
    Scratch,
    appearing,
    by_number,
    read_batch,
    read_keys,
    read_table,
    write_batches,
    write_table,
)
from geotags.bulk.spill import read_bucket, write_spill
from geotags.bulk.sums import FLAGGED, counts_flags, decide_roll_ups, reads_of, save_flags, save_sums
from geotags.bulk.tables import (
    Counts,
    Said,
    codes_of,
    findings_of,
    merged,
    said_of,
    verdicts_of,
)

N_BUCKETS = 64
"""Groups of households, enumerators and areas: of 80 million geotags a million and a quarter at a time."""

Progress = Callable[[str, int], None]
"""Called with the round ("pieces", "groups", "results") and what was done since the last call."""
Write = Callable[[pa.Table, pa.Table], None]
"""Takes results and findings of one piece, both in the order of the input."""


@dataclass(frozen=True)
class BulkCheck:
    """What is checked against what. ``identity`` names the frame, so that a resumed run can be compared."""

    files: Sequence[Path]
    frame: Frame
    level: Level
    ruleset: Ruleset
    identity: str
    context: Context = field(default_factory=Context)
    lists: Mapping[str, str] = field(default_factory=dict)
    """A text for each part of the context that is the same only for the same content."""
    columns: Mapping[str, str] = field(default_factory=dict)
    language: Language = "en"
    brief: bool = False
    n_buckets: int = N_BUCKETS

    def job(self) -> dict[str, object]:
        """What must be the same when a stopped run goes on."""
        stats = [(str(path.resolve()), path.stat()) for path in self.files]
        return {
            "files": [[name, stat.st_size, stat.st_mtime_ns] for name, stat in stats],
            "frame": self.identity,
            "level": self.level.value,
            "ruleset": self.ruleset.fingerprint,
            "columns": dict(self.columns),
            "language": self.language,
            "brief": self.brief,
            "lists": dict(self.lists),
            "n_buckets": self.n_buckets,
        }

    def estimate(self) -> int | None:
        """How many records there are; None where the files do not say."""
        if any(path.suffix.lower() not in (".parquet", ".geoparquet") for path in self.files):
            return None
        try:
            return sum(pq.ParquetFile(path).metadata.num_rows for path in self.files)
        except (OSError, pa.ArrowException):
            return None

    def checks(self, scope: Scope) -> list[Check]:
        """The checks of a scope that are on."""
        return [check for check in CHECKS if self._scope(check) is scope and self.ruleset.is_on(check.code)]

    def _scope(self, check: Check) -> Scope:
        # Without photos there is nothing to bring together.
        is_idle = check.scope is Scope.PHOTO and self.context.photos is None
        return Scope.RECORD if is_idle else check.scope

    def fields(self) -> frozenset[str]:
        """The fields of a geotag that the results and the checks need; the others are not even read."""
        of_checks = (name for scope in Scope for check in self.checks(scope) for name in check.reads)
        shown = () if self.brief else IDENTIFYING
        if self.context.exemptions is not None:
            shown = (*shown, *EXEMPTION_READS)
        return frozenset((*ALWAYS_READ, *shown, *of_checks)) | reads_of(roll_ups_of(self.ruleset))

    def fields_of(self, scope: Scope) -> frozenset[str]:
        """Those that the checks and roll-ups of one scope need."""
        of_checks = (name for check in self.checks(scope) for name in check.reads)
        always = frozenset(ALWAYS_READ) - frozenset(WRITTEN)
        exempting = () if self.context.exemptions is None else EXEMPTION_READS
        return always | {*of_checks, *exempting} | reads_of(roll_ups_of(self.ruleset, scope))

    def scopes(self) -> list[Scope]:
        """Those beyond one record that some check or roll-up needs."""
        return [
            scope
            for scope in Scope
            if scope is not Scope.RECORD and (self.checks(scope) or roll_ups_of(self.ruleset, scope))
        ]


def run_check(job: BulkCheck, scratch: Scratch, write: Write, progress: Progress) -> Counts:
    """Check everything and give it to ``write``; the scratch folder stays for its owner to remove.

    Raises ``AssertionError`` if a record was lost or doubled on the way.
    """
    counts = Counts()

    def hand_over(results: pa.Table, findings: pa.Table, said: Said) -> None:
        counts.checked += results.num_rows
        counts.add_verdicts(results.column("verdict").combine_chunks())
        counts.add_findings(findings)
        counts.add_texts(said.not_assessed)
        write(results, findings)
        progress("results", results.num_rows)

    with Quarantine(scratch) as quarantine:
        n_pieces = _check_pieces(job, scratch, quarantine, counts, progress, hand_over)
        counts.quarantined = quarantine.total()
    for scope in job.scopes():
        _check_groups(job, scratch, scope, n_pieces, progress)
    if job.scopes():
        for together in in_order(lambda number: _put_together(job, scratch, number), range(n_pieces)):
            hand_over(*together)
    if roll_ups_of(job.ruleset):
        counts.roll_ups = decide_roll_ups(scratch, job.ruleset, Setting(job.frame, job.level, job.context))
    if counts.read != counts.checked + counts.quarantined:
        raise AssertionError(f"{counts.read} read, {counts.checked} checked, {counts.quarantined} set aside")
    return counts


def _check_pieces(
    job: BulkCheck,
    scratch: Scratch,
    quarantine: Quarantine,
    counts: Counts,
    progress: Progress,
    hand_over: Callable[[pa.Table, pa.Table, Said], None],
) -> int:
    """How many pieces there are. Where no group of them is to be checked, each is handed over at once."""
    source = Source(job.files, job.frame.scheme, job.level, job.columns, job.fields(), job.language)
    is_last_round = not job.scopes()

    def work(numbered: _Numbered) -> tuple[_Numbered, int, tuple[pa.Table, pa.Table, Said] | None]:
        near = _check_piece(job, scratch, numbered)
        together = _put_together(job, scratch, numbered.number) if is_last_round and numbered.n else None
        return numbered, near, together

    n_pieces = 0
    for numbered, near, together in in_order(work, _numbered(read_pieces(source, quarantine))):
        piece = numbered.piece
        if isinstance(piece, InputError):
            counts.refused.append((piece.values.get("file", ""), piece.say(job.language)))
            if len(job.files) == 1:
                raise piece
            continue
        counts.read += piece.read
        counts.near_border += near
        n_pieces += numbered.n
        progress("pieces", piece.read)
        if together:
            hand_over(*together)
    return n_pieces


@dataclass(frozen=True)
class _Numbered:
    """A piece; with geotags (``n`` 1, else 0) its number and the identity of its first one."""

    piece: Piece | InputError
    n: int
    number: int
    first_id: int


def _numbered(pieces: Iterable[Piece | InputError]) -> Iterator[_Numbered]:
    number, first_id = 0, 0
    for piece in pieces:
        n = 0 if isinstance(piece, InputError) or piece.geotags is None else len(piece.geotags)
        yield _Numbered(piece, min(n, 1), number, first_id)
        number, first_id = number + min(n, 1), first_id + n


def _check_piece(job: BulkCheck, scratch: Scratch, numbered: _Numbered) -> int:
    """How many probabilities had to be summed."""
    piece, number = numbered.piece, numbered.number
    if not numbered.n:
        return 0
    assert isinstance(piece, Piece) and piece.geotags is not None
    done = scratch.piece(number, "json")
    geotags = piece.geotags
    if done.exists():
        near: int = json.loads(done.read_text("utf-8"))["near_border"]
        return near
    ids = np.arange(numbered.first_id, numbered.first_id + len(geotags))
    own = np.ones(len(geotags), np.bool_)
    checked = check_geotags(geotags, job.frame, job.level, job.ruleset, job.checks(Scope.RECORD), job.context)
    # Mostly numbers that do not shrink, and read again soon.
    results = _results_of(job, checked, piece, ids)
    write_table(scratch.piece(number, "arrow"), results, compress=False)
    write_table(scratch.piece(number, "findings"), findings_of(checked, ids, own, job.language))
    for scope in job.scopes():
        columns = job.fields_of(scope)
        write_spill(_spilled(scratch, scope, number), checked, ids, scope, columns, job.n_buckets)
    save_sums(scratch, f"piece-{number}", checked, Scope.RECORD)
    membership = checked.membership
    near = int((np.abs(membership.distance_m) <= CERTAIN_SIGMAS * membership.sigma_m).sum())
    with appearing(done) as unfinished:
        unfinished.write_text(json.dumps({"near_border": near}), "utf-8")
    return near


def _spilled(scratch: Scratch, scope: Scope, number: int) -> Path:
    return scratch.path("spill", scope.value, f"{number:06d}.arrow")


def _results_of(job: BulkCheck, checked: Checked, piece: Piece, ids: NDArray[np.int64]) -> pa.Table:
    geotags, membership = checked.subject.geotags, checked.membership
    usable = checked.subject.usable
    said = said_of(checked.outcomes, len(geotags))
    n = len(geotags)
    file = pa.DictionaryArray.from_arrays(pa.array(np.zeros(n, np.int32)), pa.array([piece.file.name]))
    told = {
        "file": file,
        "household_key": geotags.household_key,
        "building_no": geotags.building_no,
        "assigned_area": geotags.assigned_area,
        "enumerator_id": geotags.enumerator_id,
        "longitude": np.where(usable, geotags.lon, np.nan),
        "latitude": np.where(usable, geotags.lat, np.nan),
        "accuracy_m": geotags.accuracy_m,
    }
    shown = told if not job.brief else FLAGGED if counts_flags(job.ruleset) else ()
    return pa.table(
        {
            "id": ids,
            "file_row": piece.rows,
            "item_id": geotags.item_id,
            **{name: told[name] for name in shown},
            "distance_m": np.round(membership.distance_m, 2),
            "probability": np.round(membership.probability, 6),
            "undecided": membership.undecided > 0,
            "worst": said.worst,
            "failed": said.failed,
            "not_assessed": said.not_assessed,
        }
    )


def _check_groups(job: BulkCheck, scratch: Scratch, scope: Scope, n_pieces: int, progress: Progress) -> None:
    paths = [_spilled(scratch, scope, number) for number in range(n_pieces)]
    starts = np.cumsum([0, *(read_table(scratch.piece(i, "arrow")).num_rows for i in range(n_pieces))])
    keys = sorted({key for path in paths for key in read_keys(path)})
    for n in in_order(lambda key: _check_bucket(job, scratch, scope, paths, starts, key), keys):
        progress("groups", n)


def _check_bucket(
    job: BulkCheck, scratch: Scratch, scope: Scope, paths: list[Path], starts: NDArray[np.int64], key: int
) -> int:
    """How many geotags were checked; none where an earlier run has done it."""
    said_path = scratch.path("groups", scope.value, f"{key}.said")
    found_path = scratch.path("groups", scope.value, f"{key}.findings")
    if found_path.exists():
        return 0
    geotags, membership, ids, own = read_bucket(paths, key)
    checked = check_geotags(
        geotags, job.frame, job.level, job.ruleset, job.checks(scope), job.context, membership
    )
    said = said_of(checked.outcomes, len(geotags))
    table = pa.table(
        {
            "id": ids,
            "worst": said.worst,
            "failed": said.failed,
            "not_assessed": said.not_assessed.cast(pa.string()),
        }
    ).filter(pa.array(own))
    save_sums(scratch, f"{scope.value}-{key}", checked, scope)
    _write_by_piece(said_path, table, starts)
    _write_by_piece(found_path, findings_of(checked, ids, own, job.language), starts)
    return int(own.sum())


def _write_by_piece(path: Path, table: pa.Table, starts: NDArray[np.int64]) -> None:
    """Rows under the number of the piece that they came with."""
    piece = np.searchsorted(starts, table.column("id").to_numpy(), side="right") - 1
    write_batches(path, *by_number(table, piece))


def _put_together(job: BulkCheck, scratch: Scratch, number: int) -> tuple[pa.Table, pa.Table, Said]:
    results = read_table(scratch.piece(number, "arrow"))
    findings = [read_table(scratch.piece(number, "findings"))]
    first = results.column("id")[0].as_py()
    parts = [
        Said(
            results.column("worst").to_numpy(),
            results.column("failed").to_numpy(),
            results.column("not_assessed").combine_chunks(),
        )
    ]
    for scope in job.scopes():
        said = list(_of_piece(scratch, scope, "said", number))
        findings += _of_piece(scratch, scope, "findings", number)
        parts.append(_in_order(pa.concat_tables(said), first))
    together = merged(parts)
    found = pa.concat_tables(findings).sort_by([("id", "ascending"), ("order", "ascending")])
    if counts_flags(job.ruleset):
        save_flags(scratch, f"piece-{number}", results, together.worst, job.frame.scheme)
    verdicts = verdicts_of(together.worst, results.column("undecided").to_numpy())
    flagged = [name for name in FLAGGED if job.brief and name in results.column_names]
    kept = results.drop_columns(["worst", "failed", "undecided", "not_assessed", *flagged])
    for name, values in (
        ("verdict", verdicts),
        ("findings", codes_of(together.failed)),
        ("not_assessed", together.not_assessed),
    ):
        kept = kept.append_column(name, values)
    return kept, found, together


def _of_piece(scratch: Scratch, scope: Scope, ending: str, number: int) -> Iterator[pa.Table]:
    for path in sorted(scratch.path("groups", scope.value, "x").parent.glob(f"*.{ending}")):
        table = read_batch(path, number)
        if table is not None:
            yield table


def _in_order(table: pa.Table, first: int) -> Said:
    rows = table.column("id").to_numpy() - first
    if not np.array_equal(np.sort(rows), np.arange(len(rows))):
        raise AssertionError("a geotag is in no group, or in two")
    worst, failed = np.zeros(len(rows), np.uint8), np.zeros(len(rows), np.uint64)
    worst[rows], failed[rows] = table.column("worst").to_numpy(), table.column("failed").to_numpy()
    order = np.empty(len(rows), np.int64)
    order[rows] = np.arange(len(rows))
    texts = table.column("not_assessed").combine_chunks().dictionary_encode()
    return Said(worst, failed, texts.take(pa.array(order)))
