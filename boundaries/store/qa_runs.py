"""Runs of the frame QA checks over a candidate, and their findings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import shapely
from psycopg.types.json import Jsonb
from sqlalchemy import Connection, Engine, text

from boundaries.store.candidates import CandidateRecord, lock_candidate
from boundaries.store.engine import copying, named_sql
from geo.levels import Level

if TYPE_CHECKING:
    from boundaries.qa.protocol import QaFinding, QaOutcome


@dataclass(frozen=True)
class QaRunRecord:
    """One run. ``outcomes``: check_code -> {"outcome", "reason", "findings": how many}."""

    qa_run_id: int
    candidate_id: int
    ran_at: dt.datetime
    profile: dict[str, Any]
    outcomes: dict[str, Any]
    is_current: bool
    """Whether nothing was loaded since."""


@dataclass(frozen=True)
class StoredQaFinding:
    """A finding of a run; ``geometry`` is the problem itself, None when it has no place of its own."""

    finding_id: int
    check_code: str
    check_version: int
    severity: str
    level: Level
    area_code: str
    other_code: str | None
    evidence: dict[str, Any]
    geometry: Any


def store_qa(
    engine: Engine,
    candidate: CandidateRecord,
    outcomes: Mapping[str, QaOutcome],
    profile: Mapping[str, Mapping[str, float]],
) -> QaRunRecord:
    """Store what the checks said of ``candidate`` as it was read.

    ``profile`` holds the thresholds: check_code -> parameter name -> value.
    Raises ``CandidateChanged`` when it was loaded again in the meantime: nothing is stored then.
    """
    summary = {
        code: {"outcome": outcome.outcome, "reason": outcome.reason, "findings": len(outcome.findings)}
        for code, outcome in outcomes.items()
    }
    values = {
        "candidate_id": candidate.candidate_id,
        "loads": candidate.loads,
        "profile": Jsonb(profile),
        "outcomes": Jsonb(summary),
    }
    with engine.begin() as connection:
        lock_candidate(connection, candidate)
        run_id = connection.execute(_sql("qa_run_store"), values).scalar_one()
        _copy_findings(connection, run_id, [f for outcome in outcomes.values() for f in outcome.findings])
        run = latest_run(connection, candidate.candidate_id)
    assert run is not None
    return run


def latest_qa(engine: Engine, candidate: CandidateRecord) -> QaRunRecord | None:
    """The last run over a candidate, None when there was none."""
    with engine.connect() as connection:
        return latest_run(connection, candidate.candidate_id)


def latest_run(connection: Connection, candidate_id: int) -> QaRunRecord | None:
    """The last run over a candidate, within a transaction."""
    row = connection.execute(_sql("qa_run_latest"), {"candidate_id": candidate_id}).mappings().one_or_none()
    return None if row is None else QaRunRecord(**row)


def qa_findings(
    engine: Engine, run: QaRunRecord, *, severity: str | None = None, after: int = 0, limit: int | None = None
) -> list[StoredQaFinding]:
    """Findings of a run in the order of their ids, those after the id ``after``."""
    with engine.connect() as connection:
        return read_findings(connection, run.qa_run_id, severity=severity, after=after, limit=limit)


def read_findings(
    connection: Connection, qa_run_id: int, *, severity: str | None, after: int = 0, limit: int | None = None
) -> list[StoredQaFinding]:
    """Findings of a run, within a transaction."""
    values = {"qa_run_id": qa_run_id, "severity": severity, "after": after, "limit": limit}
    return [
        StoredQaFinding(
            finding_id=row.id,
            check_code=row.check_code,
            check_version=row.check_version,
            severity=row.severity,
            level=Level(row.level),
            area_code=row.area_code,
            other_code=row.other_code,
            evidence=row.evidence,
            geometry=None if row.wkb is None else shapely.from_wkb(bytes(row.wkb)),
        )
        for row in connection.execute(_sql("qa_findings"), values)
    ]


def _sql(name: str) -> Any:
    return text(named_sql("boundaries.store", name))


def _copy_findings(connection: Connection, run_id: int, findings: list[QaFinding]) -> None:
    with copying(connection, named_sql("boundaries.store", "qa_findings_copy")) as copy:
        copy.set_types(["int4", "text", "int4", "text", "text", "text", "text", "jsonb", "bytea"])
        for found in findings:
            shape = None if found.geometry is None else shapely.set_srid(found.geometry, 4326)
            copy.write_row(
                (
                    run_id,
                    found.check_code,
                    found.check_version,
                    found.severity,
                    str(found.level),
                    found.area_code,
                    found.other_code,
                    Jsonb(found.evidence),
                    None if shape is None else shapely.to_wkb(shape, output_dimension=2, include_srid=True),
                )
            )
