"""The tables of geotags: campaigns, the ledger, geotags, their results, findings and clusters."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    ForeignKey,
    Identity,
    Index,
    Sequence,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from boundaries.store.models import Base

GEOTAG_IDS = Sequence("geotag_ids", metadata=Base.metadata)

# Web Mercator ends at 85.06 degrees; beyond it, and out of range, there is no place on a map.
_POINT = (
    "CASE WHEN lon BETWEEN -180 AND 180 AND lat BETWEEN -85 AND 85 "
    "THEN ST_SetSRID(ST_MakePoint(lon, lat), 4326) END"
)


class CampaignRow(Base):
    """One collection: frame, ruleset, dates. Duplicates and movement are judged within it."""

    __tablename__ = "campaigns"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    frame_id: Mapped[int] = mapped_column(ForeignKey("frames.id"))
    level: Mapped[str]
    """The level of the assigned areas."""
    ruleset: Mapped[dict[str, Any]]
    """What ``geo.ruleset.Ruleset.as_json`` gives: whole, to reproduce a finding."""
    starts_on: Mapped[dt.date | None]
    ends_on: Mapped[dt.date | None]
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    judged_release_id: Mapped[int | None] = mapped_column(ForeignKey("releases.id"))
    """What changed up to this release has been passed on to the geotags, or waits in ``waiting_groups``."""


class LedgerRow(Base):
    """Alone decides whether a geotag is new, repeated or changed. Never partitioned."""

    __tablename__ = "geotag_ledger"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    item_id: Mapped[str] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    body_sha256: Mapped[bytes]
    geotag_id: Mapped[int] = mapped_column(BigInteger)
    province: Mapped[str]
    received_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    key_id: Mapped[int | None]
    """The access key that sent it; None where a file was loaded."""
    batch_id: Mapped[uuid.UUID | None]
    erased_at: Mapped[dt.datetime | None]
    """Its household was erased: the item is not taken again."""


class GeotagRow(Base):
    """One reported position, as received. Never changed but for ``is_current``."""

    __tablename__ = "geotags"
    __table_args__ = (
        Index(
            "ix_geotags_duplicate", "campaign_id", "lon_key", "lat_key", postgresql_where=text("is_current")
        ),
        Index("ix_geotags_cell", "campaign_id", "cell", postgresql_where=text("is_current")),
        Index("ix_geotags_area", "campaign_id", "assigned_area", "id"),
        Index("ix_geotags_household", "campaign_id", "household_key"),
        Index("ix_geotags_enumerator", "campaign_id", "enumerator_id", postgresql_where=text("is_current")),
        Index("ix_geotags_item", "campaign_id", "item_id"),
        Index("ix_geotags_coarse", "campaign_id", postgresql_where=text("is_current AND accuracy_m > 1000")),
        {"postgresql_partition_by": "LIST (province)"},
    )

    province: Mapped[str] = mapped_column(primary_key=True)
    """First two digits of the assigned area; ``00`` when it is of no province of the frame."""
    id: Mapped[int] = mapped_column(
        BigInteger, GEOTAG_IDS, server_default=GEOTAG_IDS.next_value(), primary_key=True
    )
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    item_id: Mapped[str]
    revision: Mapped[int]
    is_current: Mapped[bool]
    household_key: Mapped[str]
    building_no: Mapped[str]
    assigned_area: Mapped[str]
    lon_text: Mapped[str]
    lat_text: Mapped[str]
    typed: Mapped[bool] = mapped_column(server_default=text("true"))
    """False where the texts were made from numbers."""
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    accuracy_m: Mapped[float | None]
    datum_epsg: Mapped[int | None]
    """An EPSG code; 0 where left blank, -1 where the batch had no such column."""
    captured_at: Mapped[dt.datetime | None]
    enumerator_id: Mapped[str]
    details: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    """What else the record says: the names of ``geotags.store.details``."""
    lon_key: Mapped[int | None] = mapped_column(BigInteger)
    """round(lon * 1e7): two geotags at one place have equal keys."""
    lat_key: Mapped[int | None] = mapped_column(BigInteger)
    key_id: Mapped[int | None]
    """The access key that sent it; None where a file was loaded."""
    geom = mapped_column(
        Geometry("POINT", srid=4326, spatial_index=False), Computed(_POINT, persisted=True), nullable=True
    )
    cell: Mapped[int | None] = mapped_column(BigInteger)
    """See ``geotags.store.cells``; None where it has no place on a map."""


class GeotagResultRow(Base):
    """What the last check of a geotag said."""

    __tablename__ = "geotag_results"
    __table_args__ = (
        CheckConstraint("verdict IN ('accepted', 'review', 'rejected', 'not_assessed')", name="verdict"),
        Index("ix_geotag_results_campaign", "campaign_id", "verdict"),
        {"postgresql_partition_by": "LIST (province)"},
    )

    province: Mapped[str] = mapped_column(primary_key=True)
    geotag_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    campaign_id: Mapped[int]
    release_id: Mapped[int]
    verdict: Mapped[str]
    distance_m: Mapped[float | None]
    """Signed distance to the assigned area, positive inside."""
    probability: Mapped[float | None]
    not_assessed: Mapped[dict[str, Any]]
    """check_code -> reason"""
    assigned_area: Mapped[str]
    """As of its geotag, like ``key_id``: the row policies read both."""
    key_id: Mapped[int | None]
    answer: Mapped[dict[str, Any] | None]
    """What the device was told when it was stored: said again when it sends the same body again."""
    checked_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


class ClusterRow(Base):
    """Geotags of several households at one place: one row, however many they are."""

    __tablename__ = "clusters"
    __table_args__ = (UniqueConstraint("campaign_id", "check_code", "cluster_key"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    check_code: Mapped[str]
    cluster_key: Mapped[str]
    """A hash of the place: the place itself is not repeated here."""
    n_geotags: Mapped[int]
    n_households: Mapped[int]
    severity: Mapped[str]


class FindingRow(Base):
    """A stored fail of a geotag check. A member of a cluster names it."""

    __tablename__ = "findings"
    __table_args__ = (
        Index("ix_findings_geotag", "geotag_id"),
        Index("ix_findings_campaign", "campaign_id", "check_code", "id"),
        Index("ix_findings_cluster", "cluster_id"),
        {"postgresql_partition_by": "LIST (province)"},
    )

    province: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    geotag_id: Mapped[int] = mapped_column(BigInteger)
    campaign_id: Mapped[int]
    release_id: Mapped[int]
    check_code: Mapped[str]
    check_version: Mapped[int]
    severity: Mapped[str]
    distance_m: Mapped[float | None]
    probability: Mapped[float | None]
    evidence: Mapped[dict[str, Any]]
    cluster_id: Mapped[int | None] = mapped_column(BigInteger)
    assigned_area: Mapped[str]
    """As of its geotag, like ``key_id``: the row policies read both."""
    key_id: Mapped[int | None]
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


class EndedFindingRow(Base):
    """A finding that was, and is no more: of a geotag that was judged otherwise, or replaced."""

    __tablename__ = "ended_findings"
    __table_args__ = (Index("ix_ended_findings_geotag", "geotag_id"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    """The one that it had."""
    province: Mapped[str]
    geotag_id: Mapped[int] = mapped_column(BigInteger)
    campaign_id: Mapped[int]
    release_id: Mapped[int]
    check_code: Mapped[str]
    check_version: Mapped[int]
    severity: Mapped[str]
    distance_m: Mapped[float | None]
    probability: Mapped[float | None]
    evidence: Mapped[dict[str, Any]]
    assigned_area: Mapped[str]
    key_id: Mapped[int | None]
    created_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


class FindingChangeRow(Base):
    """A finding came or went, or its household was erased.

    Within a campaign the ids grow in the order of the commits, because whoever writes findings holds the
    campaign's lock: a reader who has seen one has seen all before it.
    """

    __tablename__ = "finding_changes"
    __table_args__ = (
        CheckConstraint("kind IN ('created', 'ended', 'erased')", name="kind"),
        Index("ix_finding_changes_campaign", "campaign_id", "id"),
        Index("ix_finding_changes_geotag", "geotag_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    campaign_id: Mapped[int]
    kind: Mapped[str]
    province: Mapped[str]
    geotag_id: Mapped[int] = mapped_column(BigInteger)
    finding_id: Mapped[int] = mapped_column(BigInteger)
    assigned_area: Mapped[str]
    key_id: Mapped[int | None]
    changed_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


class RejudgingRow(Base):
    """A new release came: geotags of some assigned areas are judged again."""

    __tablename__ = "rejudgings"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("releases.id"), primary_key=True)
    areas: Mapped[int]
    """How many; those not yet done wait in ``waiting_groups``."""
    started_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    ended_at: Mapped[dt.datetime | None]


class WebhookRow(Base):
    """An address that is told which findings came and went."""

    __tablename__ = "webhooks"
    __table_args__ = (UniqueConstraint("name"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    name: Mapped[str]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    url: Mapped[str]
    secret: Mapped[bytes]
    """Signs what it is told."""
    areas: Mapped[list[str]]
    """Beginnings of codes; none where it is told everything."""
    told_change_id: Mapped[int] = mapped_column(BigInteger)
    """All changes up to this one were told."""
    failures: Mapped[int] = mapped_column(server_default=text("0"))
    """Tries since the last one that was taken."""
    failing_since: Mapped[dt.datetime | None]
    next_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    """When to try again; while a try runs, until when nobody else does."""
    suspended_at: Mapped[dt.datetime | None]
    suspended_for: Mapped[str | None]
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


class WebhookTryRow(Base):
    """A request to an address, and what became of it."""

    __tablename__ = "webhook_tries"
    __table_args__ = (
        Index("ix_webhook_tries_webhook", "webhook_id", "id"),
        Index("ix_webhook_tries_tried_at", "tried_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhooks.id", ondelete="CASCADE"))
    after_change_id: Mapped[int] = mapped_column(BigInteger)
    last_change_id: Mapped[int] = mapped_column(BigInteger)
    events: Mapped[int]
    outcome: Mapped[str]
    """A ``geotags.store.webhooks.Outcome``."""
    status: Mapped[int | None]
    """Of HTTP; None where nothing was answered."""
    seconds: Mapped[float]
    tried_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


class QuarantineRow(Base):
    """An item that a device sent and that could not be stored as a geotag: its bytes, and why."""

    __tablename__ = "quarantine"
    __table_args__ = (
        UniqueConstraint(
            "campaign_id", "key_id", "body_sha256", "reason", postgresql_nulls_not_distinct=True
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    key_id: Mapped[int | None]
    areas: Mapped[list[str]]
    """Those of the key when it was sent: whoever looks after them all may see it."""
    item_id: Mapped[str | None]
    body: Mapped[bytes]
    body_sha256: Mapped[bytes]
    reason: Mapped[str]
    """A word of ``geotags.reasons``."""
    field: Mapped[str | None]
    batch_id: Mapped[uuid.UUID]
    received_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


class SyncBatchRow(Base):
    """A batch sent with an idempotency key: its answer, once there is one."""

    __tablename__ = "sync_batches"
    __table_args__ = (Index("ix_sync_batches_started_at", "started_at"),)

    key_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """The access key; 0 for who signed in without one."""
    idempotency_key: Mapped[str] = mapped_column(primary_key=True)
    body_sha256: Mapped[bytes]
    batch_id: Mapped[uuid.UUID]
    answer: Mapped[dict[str, Any] | None]
    started_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


class WaitingGroupRow(Base):
    """Geotags that belong together and changed: their checks wait until nothing more comes for a moment."""

    __tablename__ = "waiting_groups"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    scope: Mapped[str] = mapped_column(primary_key=True)
    """A ``geo.checks.protocol.Scope``."""
    group_key: Mapped[str] = mapped_column(primary_key=True)
    first_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    last_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
