"""The tables of area frames: frames, candidates, units and their versions, releases, segments."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any, ClassVar

from geoalchemy2 import Geometry
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    MetaData,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, DATERANGE, JSONB, TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TIMESTAMP

NAMING = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}


class Base(DeclarativeBase):
    """Parent of every table, of this package and of ``geotags.store``: one metadata, one migration tree."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar = {
        str: Text,
        dict[str, Any]: JSONB,
        list[str]: ARRAY(Text),
        dt.datetime: TIMESTAMP(timezone=True),
        bytes: LargeBinary,
    }


class FrameRow(Base):
    __tablename__ = "frames"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    country: Mapped[str]
    code_scheme: Mapped[str]
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


class CandidateRow(Base):
    """A loaded part of a frame that is not yet published. At most one is open per frame."""

    __tablename__ = "candidates"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'published', 'discarded')", name="state"),
        Index("uq_candidates_open", "frame_id", unique=True, postgresql_where=text("state = 'open'")),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    frame_id: Mapped[int] = mapped_column(ForeignKey("frames.id"))
    state: Mapped[str] = mapped_column(server_default="open")
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


class CandidateFileRow(Base):
    """Where a candidate's areas of one level came from."""

    __tablename__ = "candidate_files"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    candidate_id: Mapped[int] = mapped_column(ForeignKey("candidates.id", ondelete="CASCADE"), index=True)
    level: Mapped[str]
    file_name: Mapped[str]
    file_sha256: Mapped[str]
    format: Mapped[str]
    n_areas: Mapped[int]
    loaded_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


class CandidateAreaRow(Base):
    """One area as loaded. The code is not unique here: a code used twice is for QA to find."""

    __tablename__ = "candidate_areas"
    __table_args__ = (Index("ix_candidate_areas_place", "candidate_id", "level", "code"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    candidate_id: Mapped[int] = mapped_column(ForeignKey("candidates.id", ondelete="CASCADE"))
    level: Mapped[str]
    code: Mapped[str]
    name: Mapped[str]
    file_row: Mapped[int]
    """Row number in the file, the first being 1: what a message names."""
    attributes: Mapped[dict[str, Any]]
    geom = mapped_column(Geometry("MULTIPOLYGON", srid=4326, spatial_index=False), nullable=False)


class QaRunRow(Base):
    """One run of the frame QA checks over a candidate."""

    __tablename__ = "qa_runs"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    candidate_id: Mapped[int] = mapped_column(ForeignKey("candidates.id", ondelete="CASCADE"), index=True)
    loads: Mapped[int]
    """The candidate's last load that the run saw: the id of its file."""
    ran_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    profile: Mapped[dict[str, Any]]
    """The thresholds of the run: one value per parameter."""
    outcomes: Mapped[dict[str, Any]]
    """check_code -> {"outcome": pass|fail|not_assessed, "reason": str|None, "findings": int}"""


class QaFindingRow(Base):
    """A stored fail of a frame QA check, with the geometry of the problem itself."""

    __tablename__ = "qa_findings"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    qa_run_id: Mapped[int] = mapped_column(ForeignKey("qa_runs.id", ondelete="CASCADE"), index=True)
    check_code: Mapped[str]
    check_version: Mapped[int]
    severity: Mapped[str]
    level: Mapped[str]
    area_code: Mapped[str]
    other_code: Mapped[str | None]
    evidence: Mapped[dict[str, Any]]
    geom = mapped_column(Geometry("GEOMETRY", srid=4326), nullable=True)


class UnitRow(Base):
    """The permanent identity behind an area's versions. Never reused."""

    __tablename__ = "units"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    frame_id: Mapped[int] = mapped_column(ForeignKey("frames.id"), index=True)
    level: Mapped[str]
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


class UnitVersionRow(Base):
    """One state of a unit: ``valid`` in the real world, ``sys`` in this database."""

    __tablename__ = "unit_versions"
    __table_args__ = (
        ExcludeConstraint(
            ("unit_id", "="), ("valid", "&&"), ("sys", "&&"), using="gist", name="ex_unit_versions_unit"
        ),
        ExcludeConstraint(
            ("frame_id", "="),
            ("level", "="),
            ("code", "="),
            ("valid", "&&"),
            ("sys", "&&"),
            using="gist",
            name="ex_unit_versions_code",
        ),
        Index("ix_unit_versions_place", "frame_id", "level", "code"),
        Index("ix_unit_versions_segment", "frame_id", "segment_key"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("units.id"))
    frame_id: Mapped[int] = mapped_column(ForeignKey("frames.id"))
    level: Mapped[str]
    code: Mapped[str]
    name: Mapped[str]
    parent_code: Mapped[str | None]
    segment_key: Mapped[str]
    attributes: Mapped[dict[str, Any]]
    content_sha256: Mapped[bytes]
    """Of code, name, attributes and geometry: equal content is not written again."""
    valid: Mapped[Range[dt.date]] = mapped_column(DATERANGE)
    sys: Mapped[Range[dt.datetime]] = mapped_column(TSTZRANGE)
    geom = mapped_column(Geometry("MULTIPOLYGON", srid=4326), nullable=False)
    geom_3857 = mapped_column(Geometry("MULTIPOLYGON", srid=3857), nullable=False)


class ReleaseRow(Base):
    """An immutable published state of the whole frame."""

    __tablename__ = "releases"
    __table_args__ = (UniqueConstraint("frame_id", "number"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    frame_id: Mapped[int] = mapped_column(ForeignKey("frames.id"))
    number: Mapped[int]
    """1, 2, 3 ... within the frame."""
    label: Mapped[str]
    """The office's word for it, like ``2025_2``; several releases may share it."""
    effective_on: Mapped[dt.date]
    published_at: Mapped[dt.datetime]
    boundary_sigma_m: Mapped[float]
    forced_reason: Mapped[str | None]
    """Why it was published though something blocked it; a repeated release keeps its own."""
    reverted_to: Mapped[int | None] = mapped_column(ForeignKey("releases.id"))
    reverted_reason: Mapped[str | None]
    candidate_id: Mapped[int | None] = mapped_column(ForeignKey("candidates.id"))


class SegmentRow(Base):
    """A snapshot file: the areas of one kabupaten, named by the hash of its bytes."""

    __tablename__ = "segments"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    segment_key: Mapped[str]
    n_areas: Mapped[int]
    n_bytes: Mapped[int]
    withheld: Mapped[list[str]]
    """Codes used twice: not in the release, so that their geotags are not assessed."""
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


class ReleaseSegmentRow(Base):
    """One line of a release's manifest."""

    __tablename__ = "release_segments"

    release_id: Mapped[int] = mapped_column(ForeignKey("releases.id"), primary_key=True)
    segment_key: Mapped[str] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("segments.sha256"))


class SuccessionRow(Base):
    """Where the surface of an area that a release does not have any more is found in that release."""

    __tablename__ = "successions"
    __table_args__ = (Index("ix_successions_frame", "frame_id", "level"),)

    frame_id: Mapped[int] = mapped_column(ForeignKey("frames.id"))
    release_id: Mapped[int] = mapped_column(ForeignKey("releases.id"), primary_key=True)
    level: Mapped[str] = mapped_column(primary_key=True)
    old_code: Mapped[str] = mapped_column(primary_key=True)
    new_code: Mapped[str] = mapped_column(primary_key=True)
    share: Mapped[float]
    """Of the old area's surface, 0 to 1."""


class AccessKeyRow(Base):
    """What opens the service to one device, person or program. The secret is not kept."""

    __tablename__ = "access_keys"
    __table_args__ = (
        CheckConstraint("role IN ('device', 'officer', 'national', 'previewer', 'admin')", name="role"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    prefix: Mapped[str] = mapped_column(unique=True)
    """What a key is found and named by; no secret."""
    secret_sha256: Mapped[bytes]
    role: Mapped[str]
    name: Mapped[str]
    areas: Mapped[list[str]]
    """Beginnings of area codes; none for roles that see everything."""
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[dt.datetime | None]
    revoked_at: Mapped[dt.datetime | None]


class AuditRow(Base):
    """One link of the chain that tells who saw which geotags. Written by ``audit_append`` alone."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    """1, 2, 3 ... without a gap."""
    entry: Mapped[str]
    """JSON as it was hashed."""
    seen: Mapped[bytes]
    """``boundaries.store.audit.Seen.packed``; the entry holds its hash."""
    first_id: Mapped[int | None] = mapped_column(BigInteger)
    """The lowest identity of a geotag in ``seen``."""
    last_id: Mapped[int | None] = mapped_column(BigInteger)
    hash: Mapped[bytes]
    """SHA-256 of the hash before it and the entry."""
