"""Publishing: a candidate, or an older release again, becomes the frame's new release.

One transaction holds the versions, the segments and the manifest. Segment files are written before it
commits: a file that nothing names does no harm, a manifest that names no file would.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, text

from boundaries.segments import write_segment
from boundaries.store.areas import FrameRecord, ReleaseRecord, current_release, read_releases
from boundaries.store.candidates import CandidateRecord, close_candidate, open_candidate
from boundaries.store.changes import store_successions
from boundaries.store.engine import named_sql
from boundaries.store.frames import frame_named, pick_release
from boundaries.store.qa_runs import StoredQaFinding, latest_run, read_findings
from boundaries.store.segment_rows import (
    SEGMENT_FOLDER,
    ManifestLine,
    build_segments,
    differing_keys,
    place_of,
    read_manifest,
    store_manifest,
    store_segment,
)
from geo.errors import CandidateBlocked, CandidateShrinks, QaNeeded, ValueRefused
from geo.frame import DEFAULT_BOUNDARY_SIGMA_M, Segment, require_boundary_sigma
from geo.levels import Level
from geo.text import Text

Progress = Callable[[int, int], None]
"""Called with the segments written and the segments to write."""

_MOST_NAMED = 3  # areas of each check, when publication is refused
_FARTHEST_AHEAD = dt.timedelta(days=366)  # two semesters of the office; beyond it is a slip of the pen
_FRAME_LOCK = 7_061_746  # first key of the advisory lock; the second is the frame


@dataclass(frozen=True)
class _Publication:
    """A new release before it has a row."""

    frame: FrameRecord
    previous: ReleaseRecord | None
    label: str
    effective_on: dt.date
    published_at: dt.datetime
    boundary_sigma_m: float
    forced_reason: str | None = None
    reverted_to: int | None = None
    reverted_reason: str | None = None
    candidate_id: int | None = None

    @property
    def values(self) -> dict[str, Any]:
        """The parameters of the statements: those named new_ are of this release."""
        return {
            "frame_id": self.frame.frame_id,
            "width": self.frame.scheme.widths[Level.KAB],
            "candidate_id": self.candidate_id,
            "new_effective_on": self.effective_on,
            "new_published_at": self.published_at,
        }


def publish(
    engine: Engine,
    data_dir: Path,
    frame: str,
    label: str,
    *,
    effective_on: dt.date | None = None,
    boundary_sigma_m: float = DEFAULT_BOUNDARY_SIGMA_M,
    forced_reason: str | None = None,
    progress: Progress | None = None,
) -> ReleaseRecord:
    """Make the open candidate part of the frame's next release.

    In each kabupaten and level that the candidate holds its areas replace the present ones; all else
    stays. Equal content keeps its version, other content becomes the unit's next version from
    ``effective_on`` (today), a code that is gone is retired. Codes used twice, what is no code, and areas
    without a surface are withheld, whatever the reason. Raises ``NotFound`` (no frame, nothing loaded),
    ``QaNeeded``, ``ValueRefused`` and, unless ``forced_reason``, ``CandidateBlocked``, ``CandidateShrinks``.
    """
    _check_values(label, boundary_sigma_m, forced_reason)
    with engine.begin() as connection:
        record = _locked_frame(connection, frame)
        candidate = open_candidate(connection, record)
        has_findings = _require_publishable(connection, candidate, forced_reason)
        previous = current_release(connection, record.frame_id)
        publication = _Publication(
            frame=record,
            previous=previous,
            label=label,
            effective_on=_effective_on(effective_on, previous),
            published_at=connection.execute(_sql("release_now"), {"frame_id": record.frame_id}).scalar_one(),
            boundary_sigma_m=boundary_sigma_m,
            forced_reason=forced_reason,
            candidate_id=candidate.candidate_id,
        )
        _stage_candidate(connection, publication)
        if not _require_whole(connection, publication) and not has_findings:
            publication = replace(publication, forced_reason=None)
        _apply(connection, publication, "publish_versions_of_candidate")
        connection.execute(_sql("publish_candidate_done"))
        close_candidate(connection, candidate, "published")
        manifest = _write_segments(connection, data_dir, publication, progress)
        return _store_release(connection, publication, manifest)


def revert(engine: Engine, data_dir: Path, frame: str, number: int, reason: str) -> ReleaseRecord:
    """Publish the areas and the manifest of release ``number`` again, as a new release.

    It takes effect on the day of the release that it undoes, so that day's areas are the older ones.
    Raises ``NotFound`` and, for an empty reason, ``ValueRefused``.
    """
    if not reason.strip():
        raise _reason_missing()
    with engine.begin() as connection:
        record = _locked_frame(connection, frame)
        releases = read_releases(connection, record.frame_id)
        older = pick_release(releases, record, number)
        publication = _Publication(
            frame=record,
            previous=releases[0],
            label=older.label,
            effective_on=releases[0].effective_on,
            published_at=connection.execute(_sql("release_now"), {"frame_id": record.frame_id}).scalar_one(),
            boundary_sigma_m=older.boundary_sigma_m,
            forced_reason=older.forced_reason,
            reverted_to=older.release_id,
            reverted_reason=reason,
        )
        manifest = read_manifest(connection, older)
        keys = differing_keys(read_manifest(connection, releases[0]), manifest)
        _make_tables(connection)
        for statement in ("publish_scope_of_release", "publish_incoming_of_release"):
            connection.execute(_sql(statement), place_of(record, older) | {"keys": keys})
        _apply(connection, publication, "publish_versions_of_release")
        return _store_release(connection, publication, {key: line.sha256 for key, line in manifest.items()})


def _sql(name: str) -> Any:
    return text(named_sql("boundaries.store", name))


def _locked_frame(connection: Connection, name: str) -> FrameRecord:
    """The frame, with every other publication of it kept waiting until the transaction ends."""
    frame = frame_named(connection, name)
    keys = {"lock": _FRAME_LOCK, "frame_id": frame.frame_id}
    connection.execute(text("SELECT pg_advisory_xact_lock(cast(:lock AS int), cast(:frame_id AS int))"), keys)
    return frame


def _check_values(label: str, boundary_sigma_m: float, forced_reason: str | None) -> None:
    if not label.strip() or len(label) > 64:
        raise ValueRefused(
            where=Text(en="label", id="label"),
            value=label,
            wanted=Text(en="1 to 64 characters", id="1 sampai 64 karakter"),
        )
    require_boundary_sigma(boundary_sigma_m)
    if forced_reason is not None and not forced_reason.strip():
        raise _reason_missing()


def _reason_missing() -> ValueRefused:
    return ValueRefused(
        where=Text(en="reason", id="alasan"),
        value="",
        wanted=Text(
            en="a sentence that others will read later", id="satu kalimat yang akan dibaca orang lain nanti"
        ),
    )


def _effective_on(wanted: dt.date | None, previous: ReleaseRecord | None) -> dt.date:
    """The first day of the release: never before the one of the release before it.

    A release covers the whole frame as of its day; one that began earlier would miss the kabupatens
    whose areas are known only from a later day on.
    """
    earliest = previous.effective_on if previous else dt.date.min
    latest = dt.date.today() + _FARTHEST_AHEAD
    if wanted is None:
        return max(dt.date.today(), earliest)
    if wanted < earliest:
        raise ValueRefused(
            where="effective_on", value=wanted.isoformat(), wanted=f">= {earliest.isoformat()}"
        )
    if wanted > latest:  # no later release could ever begin before it
        raise ValueRefused(where="effective_on", value=wanted.isoformat(), wanted=f"<= {latest.isoformat()}")
    return wanted


def _require_publishable(
    connection: Connection, candidate: CandidateRecord, forced_reason: str | None
) -> bool:
    """Whether there are blocking findings, which ``forced_reason`` overrules."""
    run = latest_run(connection, candidate.candidate_id)
    if run is None or not run.is_current:
        raise QaNeeded(frame=candidate.frame.name)
    blocking = read_findings(connection, run.qa_run_id, severity="error")
    if blocking and forced_reason is None:
        raise CandidateBlocked(frame=candidate.frame.name, count=len(blocking), listing=_listing(blocking))
    return bool(blocking)


def _require_whole(connection: Connection, publication: _Publication) -> bool:
    """Whether most areas of a kabupaten would be retired, which ``forced_reason`` overrules."""
    if publication.previous is None:
        return False
    before = {"older_at": publication.previous.published_at, "older_on": publication.previous.effective_on}
    found = connection.execute(_sql("publish_shrinking"), publication.values | before).first()
    if found is None:
        return False
    if publication.forced_reason is None:
        raise CandidateShrinks(
            frame=publication.frame.name,
            key=found.segment_key,
            level=found.level,
            loaded=found.loaded,
            published=found.published,
        )
    return True


def _listing(blocking: list[StoredQaFinding]) -> str:
    """How many findings each check has, and the first areas of each."""
    areas: dict[str, list[str]] = {}
    for found in blocking:
        areas.setdefault(found.check_code, []).append(f"{found.level} {found.area_code}")
    return "; ".join(
        f"{len(named)} {code} ({', '.join(named[:_MOST_NAMED])}{', ...' if len(named) > _MOST_NAMED else ''})"
        for code, named in areas.items()
    )


def _make_tables(connection: Connection) -> None:
    for statement in named_sql("boundaries.store", "publish_tables").split(";\n"):
        connection.execute(text(statement))


def _stage_candidate(connection: Connection, publication: _Publication) -> None:
    _make_tables(connection)
    connection.execute(_sql("publish_scope_of_candidate"), publication.values)
    scheme = publication.frame.scheme
    expressions = {
        "scheme_levels": [str(level) for level in scheme.levels],
        "expressions": [scheme.expression(level) for level in scheme.levels],
    }
    connection.execute(_sql("publish_withheld"), publication.values | expressions)
    loaded = set(connection.execute(text("SELECT DISTINCT level FROM publish_scope")).scalars())
    loaded |= set(connection.execute(_sql("frame_levels"), publication.values).scalars())
    levels = [level for level in scheme.levels if level in loaded]
    above = [None, *levels[:-1]]
    widths = [scheme.widths[up] if up else None for up in above]
    parents = {"levels": [str(level) for level in levels], "parent_widths": widths}
    connection.execute(_sql("publish_incoming_of_candidate"), publication.values | parents)


def _apply(connection: Connection, publication: _Publication, insert_versions: str) -> None:
    """Make the staged areas what is believed of their kabupatens and levels from the release's day on."""
    connection.execute(text("ANALYZE publish_incoming"))
    connection.execute(_sql("publish_affected"), publication.values)
    connection.execute(text("ANALYZE publish_affected"))
    for name in (
        "publish_units",
        "publish_create_units",
        "publish_close",
        "publish_remainders",
        insert_versions,
    ):
        connection.execute(_sql(name), publication.values)


def _write_segments(
    connection: Connection, data_dir: Path, publication: _Publication, progress: Progress | None
) -> dict[str, str]:
    """Write the segment of every kabupaten in scope; key -> SHA-256 for the whole new manifest."""
    manifest = read_manifest(connection, publication.previous)
    withheld = _withheld(connection, publication, manifest)
    place = {
        "frame_id": publication.frame.frame_id,
        "published_at": publication.published_at,
        "effective_on": publication.effective_on,
    }
    sha256s = {key: line.sha256 for key, line in manifest.items()}
    for written, segment in enumerate(build_segments(connection, place, withheld), start=1):
        if _is_empty(segment):
            sha256s.pop(segment.key, None)
        else:
            file = write_segment(data_dir / SEGMENT_FOLDER, segment)
            store_segment(connection, segment, file)
            sha256s[segment.key] = file.sha256
        if progress is not None:
            progress(written, len(withheld))
    return sha256s


def _is_empty(segment: Segment) -> bool:
    return not segment.layers and not segment.withheld


def _withheld(
    connection: Connection, publication: _Publication, manifest: dict[str, ManifestLine]
) -> dict[str, frozenset[str]]:
    """The withheld codes of each kabupaten in scope: the candidate's, and those of its other levels."""
    scope: dict[str, set[str]] = {}
    for level, key in connection.execute(text("SELECT level, segment_key FROM publish_scope")):
        scope.setdefault(key, set()).add(level)
    codes: dict[str, set[str]] = {key: set() for key in scope}
    for key, code in connection.execute(text("SELECT segment_key, code FROM publish_withheld")):
        codes[key].add(code)
    level_of = publication.frame.scheme.level_of
    for key in set(scope) & set(manifest):
        codes[key] |= {code for code in manifest[key].withheld if level_of(code) not in scope[key]}
    return {key: frozenset(found) for key, found in codes.items()}


def _store_release(
    connection: Connection, publication: _Publication, sha256s: dict[str, str]
) -> ReleaseRecord:
    row = {
        "number": publication.previous.number + 1 if publication.previous else 1,
        "label": publication.label,
        "boundary_sigma_m": publication.boundary_sigma_m,
        "forced_reason": publication.forced_reason,
        "reverted_to": publication.reverted_to,
        "reverted_reason": publication.reverted_reason,
    }
    release_id = connection.execute(_sql("release_create"), publication.values | row).scalar_one()
    store_manifest(connection, release_id, dict(sorted(sha256s.items())))
    release = read_releases(connection, publication.frame.frame_id)[0]
    if publication.previous is not None:
        store_successions(connection, publication.frame, publication.previous, release)
    return release
