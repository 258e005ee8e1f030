"""Packs: what a device needs to check geotags without a network."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from pathlib import Path as FilePath
from typing import Annotated, Any, Literal
from urllib.parse import quote

import shapely
from fastapi import APIRouter, Header, Path, Query, Request, Response
from fastapi.responses import FileResponse
from pydantic import Field

from api.answers import Answer, Problem, example
from api.geojson import GeoJSONResponse
from api.packing import Packing
from api.parameters import CLEAN, Households, code_prefix
from boundaries.packs import BUFFER_M, MEDIA_TYPES, PackArea, areas_of_pack, differences
from boundaries.store.areas import read_releases
from boundaries.store.frames import pick_release
from boundaries.store.packs import Wanted, prefixes_of
from boundaries.store.reading import Access, outage_said, reading
from boundaries.store.releases import open_frame
from geo.errors import NotFound
from geotags.store.campaigns import Campaign, campaign_named

_DAY_S = 24 * 3600
_FOR_EVER = f"private, max-age={365 * _DAY_S}, immutable"


class PackFileAnswer(Answer):
    name: str
    media_type: str
    bytes: int
    sha256: str
    url: str


class PackRelease(Answer):
    number: int
    label: str
    effective_on: dt.date
    boundary_sigma_m: float


class PackAnswer(Answer):
    model_config = example(
        campaign="regsosek",
        frame="klungkung",
        level="subsls",
        areas=["5105010"],
        release={"number": 2, "label": "2025_2", "effective_on": "2025-07-01", "boundary_sigma_m": 5.0},
        ruleset={"name": "default", "version": "1", "on": {}, "parameters": {}},
        n_areas=98,
        n_areas_around=41,
        buffer_m=5000.0,
        files=[
            {
                "name": "areas.gpkg",
                "media_type": "application/geopackage+sqlite3",
                "bytes": 481280,
                "sha256": "8d1b5c1f6a0e4f3b9f1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6f708192a3b4c5d6",
                "url": "/v1/packs/5105010/areas.gpkg?campaign=regsosek&release=2",
            }
        ],
    )
    campaign: str
    frame: str
    level: str
    areas: list[str] = Field(description="Beginnings of the codes of the pack's own areas.")
    release: PackRelease
    ruleset: dict[str, Any] = Field(
        description="Of the campaign, whole: which checks are on, and thresholds."
    )
    n_areas: int
    n_areas_around: int = Field(description="Neighbours, in the files as `is_around`.")
    buffer_m: float
    files: list[PackFileAnswer]


class PackChangeProperties(Answer):
    area_code: str
    name: str
    is_around: bool
    attributes: dict[str, Any]


class PackChangeFeature(Answer):
    type: Literal["Feature"]
    geometry: dict[str, Any]
    properties: PackChangeProperties


class PackChanges(Answer):
    model_config = example(
        type="FeatureCollection", features=[], removed=["5105010001000102"], release=3, since=2
    )
    type: Literal["FeatureCollection"]
    features: list[PackChangeFeature] = Field(
        description="Areas to put in, or in the place of what is there."
    )
    removed: list[str] = Field(description="Codes to take out.")
    since: int
    release: int


AreasOfPack = Annotated[
    str,
    Path(
        max_length=2000,
        pattern=r"^[0-9.]{4,60}(,[0-9.]{4,60}){0,49}$",
        description="Beginning of area codes, a kabupaten or deeper; several with commas.",
        examples=["5105010"],
    ),
]
OfCampaign = Annotated[
    str, Query(max_length=200, pattern=CLEAN, description="Name of a campaign.", examples=["regsosek"])
]
Number = Annotated[int, Query(ge=1, le=2**31 - 1, description="Number of a release.", examples=[2])]
IfNoneMatch = Annotated[str | None, Header(description="ETag of what is there already.")]

_UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "What is there already is this."}}
_FILE_ANSWERS: dict[int | str, dict[str, Any]] = _UNCHANGED | {
    200: {
        "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in MEDIA_TYPES.values()}
    },
    206: {"description": "The part asked for with Range; with If-Range, if the file is still that one."},
    400: {"model": Problem, "description": "The Range header cannot be read."},
    416: {"model": Problem, "description": "The file ends before that range."},
}

router = APIRouter(prefix="/v1/packs", tags=["packs"])


@router.get("/{areas}", response_model=PackAnswer, responses=_UNCHANGED)
def get_pack(
    request: Request,
    response: Response,
    database: Households,
    areas: AreasOfPack,
    campaign: OfCampaign,
    release: Annotated[
        int | None, Query(ge=1, le=2**31 - 1, description="Number; the current one if absent.")
    ] = None,
    if_none_match: IfNoneMatch = None,
) -> Any:
    """What the pack is of, and its files. Made when it is first asked for, which takes some seconds."""
    found, wanted = _wanted(database, campaign, areas, release)
    packing: Packing = request.app.state.packing
    pack = packing.pack(wanted)
    number, address = wanted.release.number, f"/v1/packs/{','.join(wanted.prefixes)}"
    document = {
        "campaign": found.name,
        "frame": wanted.frame.name,
        "level": wanted.level.value,
        "areas": list(wanted.prefixes),
        "release": {
            "number": number,
            "label": wanted.release.label,
            "effective_on": wanted.release.effective_on.isoformat(),
            "boundary_sigma_m": wanted.release.boundary_sigma_m,
        },
        "ruleset": found.ruleset.as_json(),
        "n_areas": pack.areas,
        "n_areas_around": pack.areas_around,
        "buffer_m": BUFFER_M,
        "files": [
            {
                "name": file.name,
                "media_type": MEDIA_TYPES[file.name],
                "bytes": file.bytes,
                "sha256": file.sha256,
                "url": f"{address}/{file.name}?campaign={quote(found.name)}&release={number}",
            }
            for file in pack.files
        ],
    }
    etag = f'"{hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()}"'
    if _is_there(if_none_match, etag):
        return Response(status_code=304, headers={"ETag": etag})
    response.headers["ETag"] = etag
    return document


@router.get("/{areas}/changes", response_model=PackChanges, response_class=GeoJSONResponse)
def pack_changes(
    request: Request, database: Households, areas: AreasOfPack, campaign: OfCampaign, since: Number
) -> GeoJSONResponse:
    """What makes the pack of the release `since` that of the current one."""
    _, wanted = _wanted(database, campaign, areas, None)
    _, before = _wanted(database, campaign, areas, since)
    sides: list[list[PackArea]] = []
    for one in (before, wanted):
        with outage_said():
            frame = open_frame(
                database.engine, request.app.state.data_dir, one.frame.name, one.release.number
            )
        try:
            sides.append(areas_of_pack(frame, one.level, one.prefixes))
        except NotFound:  # the areas came, or went, with a release in between
            sides.append([])
    put, removed = differences(*sides)
    features = [
        {
            "type": "Feature",
            "geometry": shapely.geometry.mapping(area.geometry),
            "properties": {
                "area_code": area.code,
                "name": area.name,
                "is_around": area.is_around,
                "attributes": json.loads(area.attributes or "{}"),
            },
        }
        for area in put
    ]
    document = {"type": "FeatureCollection", "features": features, "removed": removed}
    return GeoJSONResponse(document | {"since": since, "release": wanted.release.number})


@router.get("/{areas}/{name}", response_class=FileResponse, responses=_FILE_ANSWERS)
def get_pack_file(
    request: Request,
    database: Households,
    areas: AreasOfPack,
    name: Annotated[Literal["areas.gpkg", "areas.pmtiles"], Path(description="A file of the pack.")],
    campaign: OfCampaign,
    release: Number,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """A file; a download that broke goes on with `Range` and `If-Range`."""
    _, wanted = _wanted(database, campaign, areas, release)
    packing: Packing = request.app.state.packing
    pack = packing.pack(wanted)
    (file,) = (one for one in pack.files if one.name == name)
    headers = {"ETag": f'"{file.sha256}"', "Cache-Control": _FOR_EVER}
    if _is_there(if_none_match, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return FileResponse(FilePath(pack.folder) / name, media_type=MEDIA_TYPES[name], headers=headers)


def _wanted(database: Access, campaign: str, areas: str, number: int | None) -> tuple[Campaign, Wanted]:
    with reading(database) as connection:
        found = campaign_named(connection, campaign)
        records = read_releases(connection, found.frame.frame_id)
        release = pick_release(records, found.frame, None if number is None else str(number))
    prefixes = [code_prefix("areas", one, found.frame.scheme) or "" for one in areas.split(",")]
    return found, Wanted(found.frame, release, found.level, prefixes_of(prefixes))


def _is_there(if_none_match: str | None, etag: str) -> bool:
    given = {one.strip().removeprefix("W/") for one in (if_none_match or "").split(",")}
    return etag in given or "*" in given
