"""What the API answers, as OpenAPI describes it. Every answer has an example."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


def example(**values: Any) -> ConfigDict:
    """The configuration of an answer with one example."""
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [values]})


class Problem(Answer):
    """An error (RFC 9457)."""

    model_config = example(
        type="/problems/NOT_FOUND",
        title="Not there",
        status=404,
        detail="There is no frame 'kabupaten'. The frames are listed at /v1/frames.",
        code="NOT_FOUND",
    )
    type: str
    title: str
    status: int
    detail: str
    code: str
    parameters: list[str] | None = Field(None, description="The parameters that were refused.")


class Health(Answer):
    model_config = example(status="ready")
    status: Literal["live", "ready"]


class CurrentRelease(Answer):
    number: int
    label: str
    published_at: dt.datetime
    effective_on: dt.date


_CURRENT = {
    "number": 2,
    "label": "2025_2",
    "published_at": "2025-08-01T03:00:00Z",
    "effective_on": "2025-07-01",
}


class FrameAnswer(Answer):
    name: str
    country: str
    code_scheme: str
    release: CurrentRelease | None = Field(description="The current one; null before the first.")
    levels: list[str] = Field(description="Levels that have areas in the release, highest first.")
    code_widths: dict[str, int] = Field(description="Characters of a code, by level.")


class Frames(Answer):
    model_config = example(
        frames=[
            {
                "name": "klungkung",
                "country": "ID",
                "code_scheme": "bps",
                "release": _CURRENT,
                "levels": ["desa", "sls", "subsls"],
                "code_widths": {"prov": 2, "kab": 4, "kec": 7, "desa": 10, "sls": 14, "subsls": 16},
            }
        ]
    )
    frames: list[FrameAnswer]


class ReleaseAnswer(CurrentRelease):
    boundary_sigma_m: float = Field(description="Standard deviation of the boundary, metres.")
    forced_reason: str | None = Field(description="Why it was published with blocking findings.")
    reverted_to: int | None = Field(description="The older release whose manifest it repeats.")
    segments: int


class Releases(Answer):
    model_config = example(
        releases=[
            _CURRENT | {"boundary_sigma_m": 5.0, "forced_reason": None, "reverted_to": None, "segments": 1}
        ]
    )
    releases: list[ReleaseAnswer]


class ChangedArea(Answer):
    level: str
    area_code: str
    name: str


class Changes(Answer):
    model_config = example(
        added=[{"level": "subsls", "area_code": "5105010001000102", "name": "Banjar Kaja"}],
        removed=[],
        changed=[{"level": "subsls", "area_code": "5105010001000101", "name": "Banjar Kelod"}],
    )
    added: list[ChangedArea]
    removed: list[ChangedArea]
    changed: list[ChangedArea]


class AreaProperties(Answer):
    area_code: str
    level: str
    name: str
    parent_code: str | None
    attributes: dict[str, Any]


_AREA = {
    "type": "Feature",
    "id": "5105010001",
    "geometry": {
        "type": "MultiPolygon",
        "coordinates": [[[[115.3, -8.7], [115.4, -8.7], [115.4, -8.6], [115.3, -8.7]]]],
    },
    "properties": {
        "area_code": "5105010001",
        "level": "desa",
        "name": "Sakti",
        "parent_code": "5105010",
        "attributes": {},
    },
}


class AreaFeature(Answer):
    """A GeoJSON Feature, EPSG:4326, longitude first."""

    model_config = example(**_AREA)
    type: Literal["Feature"]
    id: str
    geometry: dict[str, Any]
    properties: AreaProperties


class AreaCollection(Answer):
    """A GeoJSON FeatureCollection with the address of the next page."""

    model_config = example(
        type="FeatureCollection",
        features=[_AREA],
        next=None,
    )
    type: Literal["FeatureCollection"]
    features: list[AreaFeature]
    next: str | None


class CampaignAnswer(Answer):
    name: str
    frame: str
    level: str
    ruleset: str
    ruleset_version: str
    release: CurrentRelease | None = Field(description="The newest that geotags were checked against.")
    geotags: int


class Campaigns(Answer):
    model_config = example(
        campaigns=[
            {
                "name": "regsosek",
                "frame": "klungkung",
                "level": "subsls",
                "ruleset": "default",
                "ruleset_version": "1",
                "release": _CURRENT,
                "geotags": 40000,
            }
        ]
    )
    campaigns: list[CampaignAnswer]


class FindingAnswer(Answer):
    finding_id: int
    geotag_id: int
    code: str
    severity: Literal["error", "review", "info"]
    assigned_area: str
    area_name: str | None
    household_key: str
    distance_m: float | None = Field(description="Signed distance to the assigned area, positive inside.")
    probability: float | None = Field(description="That the household is in its assigned area.")
    evidence: dict[str, Any]
    title: str
    message: str
    remedy: str
    lon: float | None
    lat: float | None


_FINDING = {
    "finding_id": 17,
    "geotag_id": 3,
    "code": "OUTSIDE_ASSIGNED_AREA",
    "severity": "review",
    "assigned_area": "5105010001000101",
    "area_name": "Banjar Kelod",
    "household_key": "H-0003",
    "distance_m": -84.2,
    "probability": 0.0001,
    "evidence": {"outside_m": 84.2},
    "title": "Outside its assigned area",
    "message": "The point lies 84 m outside its assigned area, in another area.",
    "remedy": "Look at the candidate areas.",
    "lon": 115.4,
    "lat": -8.7,
}


class Findings(Answer):
    model_config = example(findings=[_FINDING], next="MS4xNw")
    findings: list[FindingAnswer]
    next: str | None = Field(description="Cursor for `after`; null after the last page.")


class GeotagProperties(Answer):
    household_key: str
    building_no: str
    assigned_area: str
    accuracy_m: float | None
    verdict: Literal["accepted", "review", "rejected", "not_assessed"] | None
    distance_m: float | None
    probability: float | None
    captured_at: dt.datetime | None
    enumerator_id: str


_PROPERTIES = {
    "household_key": "H-0003",
    "building_no": "12",
    "assigned_area": "5105010001000101",
    "accuracy_m": 4.5,
    "verdict": "review",
    "distance_m": -84.2,
    "probability": 0.0001,
    "captured_at": "2025-10-20T02:11:00+00:00",
    "enumerator_id": "PPL-07",
}
_FEATURE = {
    "type": "Feature",
    "id": 3,
    "geometry": {"type": "Point", "coordinates": [115.4, -8.7]},
    "properties": _PROPERTIES,
}


class GeotagFeature(Answer):
    """A GeoJSON Feature; the geometry is null where there is no place on a map."""

    model_config = example(**_FEATURE)
    type: Literal["Feature"]
    id: int
    geometry: dict[str, Any] | None
    properties: GeotagProperties


class GeotagCollection(Answer):
    """A GeoJSON FeatureCollection with the address of the next page."""

    model_config = example(type="FeatureCollection", features=[_FEATURE], next=None)
    type: Literal["FeatureCollection"]
    features: list[GeotagFeature]
    next: str | None


class GeotagDetail(GeotagProperties):
    findings: list[FindingAnswer]
    not_assessed: dict[str, str] = Field(description="Check code -> reason, a stable word.")
    not_assessed_said: dict[str, str] = Field(description="Check code -> reason, in words.")


class GeotagDetailFeature(Answer):
    """A GeoJSON Feature of one geotag with everything that was found about it."""

    model_config = example(
        **_FEATURE
        | {
            "properties": _PROPERTIES
            | {
                "findings": [_FINDING],
                "not_assessed": {"COORDINATE_PRECISION_LOW": "no_typed_text"},
                "not_assessed_said": {"COORDINATE_PRECISION_LOW": "The digits typed are not known."},
            }
        }
    )
    type: Literal["Feature"]
    id: int
    geometry: dict[str, Any] | None
    properties: GeotagDetail


class VerdictCounts(Answer):
    geotags: int
    accepted: int
    review: int
    rejected: int
    not_assessed: int
    unchecked: int = Field(description="Without a result yet.")


class AreaSummary(VerdictCounts):
    area_code: str
    name: str
    flagged_share: float | None = Field(description="(review + rejected) / geotags; null without geotags.")


class AreaSummaries(Answer):
    model_config = example(
        areas=[
            {
                "area_code": "5105010001",
                "name": "Sakti",
                "geotags": 700,
                "accepted": 660,
                "review": 30,
                "rejected": 8,
                "not_assessed": 2,
                "unchecked": 0,
                "flagged_share": 0.0542857,
            }
        ],
        without_area={
            "geotags": 3,
            "accepted": 0,
            "review": 3,
            "rejected": 0,
            "not_assessed": 0,
            "unchecked": 0,
        },
        next=None,
    )
    areas: list[AreaSummary]
    without_area: VerdictCounts = Field(
        description="Geotags counted in no area: their assigned area is not in the release."
    )
    next: str | None = Field(description="Cursor for `after`; null after the last page.")


class CheckSummary(Answer):
    code: str
    title: str
    error: int
    review: int
    info: int
    geotags_checked: int = Field(description="Geotags for which the check could decide.")


class CheckSummaries(Answer):
    model_config = example(
        checks=[
            {
                "code": "OUTSIDE_ASSIGNED_AREA",
                "title": "Outside its assigned area",
                "error": 4,
                "review": 31,
                "info": 0,
                "geotags_checked": 39980,
            }
        ]
    )
    checks: list[CheckSummary]


class BothLanguages(Answer):
    en: str
    id: str


class ParameterAnswer(Answer):
    value: float
    unit: str
    source: str


class CheckAnswer(Answer):
    code: str
    subject: Literal["geotag", "area"]
    version: int
    severity: Literal["error", "review", "info"]
    title: BothLanguages
    message: BothLanguages
    remedy: BothLanguages
    parameters: dict[str, ParameterAnswer]


class Checks(Answer):
    model_config = example(
        checks=[
            {
                "code": "ZERO_COORDINATE",
                "subject": "geotag",
                "version": 1,
                "severity": "error",
                "title": {"en": "Both coordinates are zero", "id": "Kedua koordinat nol"},
                "message": {"en": "Both coordinates are zero.", "id": "Kedua koordinat bernilai nol."},
                "remedy": {"en": "Take the geotag again.", "id": "Ambil ulang geotag."},
                "parameters": {},
            }
        ]
    )
    checks: list[CheckAnswer]


class VectorLayer(Answer):
    id: str
    fields: dict[str, str]
    minzoom: int
    maxzoom: int


class TileSet(Answer):
    """A TileJSON 3.0 document."""

    model_config = example(
        tilejson="3.0.0",
        name="areas",
        scheme="xyz",
        tiles=["http://127.0.0.1:8000/tiles/areas/{z}/{x}/{y}.mvt?frame=klungkung&release=2&level=desa"],
        minzoom=7,
        maxzoom=14,
        bounds=[115.3, -8.9, 115.7, -8.4],
        center=[115.5, -8.65, 10],
        vector_layers=[{"id": "areas", "fields": {"area_code": "String"}, "minzoom": 7, "maxzoom": 14}],
    )
    tilejson: Literal["3.0.0"]
    name: str
    scheme: Literal["xyz"]
    tiles: list[str]
    minzoom: int
    maxzoom: int
    bounds: list[float]
    center: list[float]
    vector_layers: list[VectorLayer]


class MapStyle(BaseModel):
    """A MapLibre style, version 8, without glyphs and sprites."""

    model_config = ConfigDict(
        extra="allow", json_schema_extra={"examples": [{"version": 8, "sources": {}, "layers": []}]}
    )
    version: Literal[8]
    name: str
    sources: dict[str, Any]
    layers: list[dict[str, Any]]
