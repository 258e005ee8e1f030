"""Rulesets: those that come with Patok, those of the server's folder, and those of the campaigns."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Request
from pydantic import Field

from api.answers import Answer, example
from api.catalogue import both
from api.languages import Spoken
from api.parameters import Areas
from api.routes.checks import BothLanguages
from boundaries.store.reading import Connection, reading
from geo.errors import InputError, NotFound
from geo.rules import RULES
from geo.ruleset import Ruleset, differences
from geo.text import Text
from geotags.rulesets.library import RULESET, find_named_ruleset, list_rulesets
from geotags.store.campaigns import campaigns_of


class RulesetEntry(Answer):
    name: str
    version: int
    title: BothLanguages | None
    fingerprint: str = Field(description="SHA-256 of all but the title: of what decides a finding.")
    origin: Literal["built_in", "folder", "campaign"]
    campaigns: list[str] = Field(description="Campaigns that are checked with it, by name.")
    checks_on: int
    checks_off: int


class FaultyRuleset(Answer):
    file: str
    code: str
    message: str


class RulesetParameter(Answer):
    value: float
    default: float
    unit: str
    source: str


class RulesetCheck(Answer):
    code: str
    title: BothLanguages
    on: bool
    parameters: dict[str, RulesetParameter]


class RulesetDifference(Answer):
    code: str
    parameter: str = Field(description="`on` where one has the check on and the other has it off.")
    before: float | bool
    after: float | bool


_ENTRY_EXAMPLE: dict[str, Any] = {
    "name": "membership",
    "version": 1,
    "title": {
        "en": "Only whether a geotag lies in its assigned area",
        "id": "Hanya apakah geotag berada di wilayah tugasnya",
    },
    "fingerprint": "9f" * 32,
    "origin": "built_in",
    "campaigns": ["regsosek"],
    "checks_on": 11,
    "checks_off": 7,
}


class RulesetAnswer(RulesetEntry):
    model_config = example(
        **_ENTRY_EXAMPLE,
        others_on=False,
        checks=[
            {
                "code": "OUTSIDE_ASSIGNED_AREA",
                "title": {"en": "Outside its assigned area", "id": "Di luar wilayah tugas"},
                "on": True,
                "parameters": {
                    "error_beyond_m": {
                        "value": 500.0,
                        "default": 500.0,
                        "unit": "m",
                        "source": "catalogue of checks",
                    }
                },
            }
        ],
    )
    others_on: bool = Field(description="Whether a check that comes later is on.")
    checks: list[RulesetCheck]


class Rulesets(Answer):
    model_config = example(rulesets=[_ENTRY_EXAMPLE], faulty=[])
    rulesets: list[RulesetEntry]
    faulty: list[FaultyRuleset] = Field(description="Files of the server's folder that cannot be used.")


class RulesetDiff(Answer):
    model_config = example(
        before=_ENTRY_EXAMPLE,
        after=_ENTRY_EXAMPLE | {"version": 2, "fingerprint": "a0" * 32, "campaigns": []},
        differences=[{"code": "IN_NO_AREA", "parameter": "on", "before": True, "after": False}],
    )
    before: RulesetEntry
    after: RulesetEntry
    differences: list[RulesetDifference]


def _folder(request: Request) -> FilePath:
    folder: FilePath = request.app.state.rulesets_dir
    return folder


Folder = Annotated[FilePath, Depends(_folder)]
_REFERENCE = Path(
    pattern=r"^[a-z0-9_-]{1,40}(@[1-9][0-9]{0,8})?$",
    description="Name of a ruleset; NAME@VERSION for one of its versions that a campaign has.",
    examples=["membership"],
)
Reference = Annotated[str, _REFERENCE]

router = APIRouter(prefix="/v1/rulesets", tags=["rulesets"])


@dataclass
class _Known:
    ruleset: Ruleset
    origin: Literal["built_in", "folder", "campaign"]
    campaigns: list[str] = field(default_factory=list)


@router.get("", response_model=Rulesets)
def list_all_rulesets(database: Areas, folder: Folder, language: Spoken) -> dict[str, Any]:
    """Those that come with Patok, then those of the server's folder, then those that only campaigns have."""
    listed, faulty = list_rulesets(folder)
    known = [_Known(one.ruleset, one.origin) for one in listed]
    with reading(database) as connection:
        known = _with_campaigns(connection, known)
    return {
        "rulesets": [_entry(one) for one in known],
        "faulty": [
            {"file": file, "code": error.code, "message": error.say(language)}
            for file, error in faulty.items()
        ],
    }


@router.get("/{ruleset}", response_model=RulesetAnswer)
def get_ruleset(database: Areas, folder: Folder, ruleset: Reference) -> dict[str, Any]:
    """Which checks are on and every value. Without a version the one that a new campaign would get."""
    with reading(database) as connection:
        found = _find(connection, folder, ruleset)
    return _entry(found) | {
        "others_on": found.ruleset.others_on,
        "checks": [
            {
                "code": check.code,
                "title": both(check.title),
                "on": found.ruleset.is_on(check.code),
                "parameters": {
                    name: {
                        "value": found.ruleset.parameters[check.code][name],
                        "default": one.value,
                        "unit": one.unit,
                        "source": one.source,
                    }
                    for name, one in check.parameters.items()
                },
            }
            for check in RULES
        ],
    }


@router.get("/{ruleset}/diff/{other}", response_model=RulesetDiff)
def compare_rulesets(database: Areas, folder: Folder, ruleset: Reference, other: Reference) -> dict[str, Any]:
    """What the second says otherwise than the first, in the order of the checks."""
    with reading(database) as connection:
        before, after = (_find(connection, folder, one) for one in (ruleset, other))
    return {
        "before": _entry(before),
        "after": _entry(after),
        "differences": [
            {"code": one.code, "parameter": one.parameter, "before": one.before, "after": one.after}
            for one in differences(before.ruleset, after.ruleset)
        ],
    }


def _find(connection: Connection, folder: FilePath, reference: str) -> _Known:
    """The ruleset of a name or NAME@VERSION. Raises ``NotFound``, or what is wrong with the folder's file."""
    name, _, version = reference.partition("@")
    known: list[_Known] = []
    faulty: InputError | None = None
    try:
        listed = find_named_ruleset(name, folder)
        known.append(_Known(listed.ruleset, listed.origin))
    except NotFound:  # a campaign may have it all the same
        pass
    except InputError as error:
        faulty = error
    fitting = [
        one
        for one in _with_campaigns(connection, known)
        if one.ruleset.name == name and version in ("", str(one.ruleset.version))
    ]
    if fitting:
        return fitting[0]
    if faulty is not None:
        raise faulty
    raise NotFound(
        what=RULESET,
        name=name,
        remedy=Text(
            en="The rulesets are listed at /v1/rulesets.", id="Set aturan terdaftar di /v1/rulesets."
        ),
    )


def _with_campaigns(connection: Connection, known: list[_Known]) -> list[_Known]:
    """The same with the names of their campaigns; then what only campaigns have, the newest version first."""
    of_fingerprint = {one.ruleset.fingerprint: one for one in known}
    stored: list[_Known] = []
    for campaign in campaigns_of(connection):
        one = of_fingerprint.get(campaign.ruleset.fingerprint)
        if one is None:
            one = of_fingerprint[campaign.ruleset.fingerprint] = _Known(campaign.ruleset, "campaign")
            stored.append(one)
        one.campaigns.append(campaign.name)
    return known + sorted(stored, key=lambda one: (one.ruleset.name, -one.ruleset.version))


def _entry(known: _Known) -> dict[str, Any]:
    ruleset = known.ruleset
    return {
        "name": ruleset.name,
        "version": ruleset.version,
        "title": {"en": ruleset.title.say("en"), "id": ruleset.title.say("id")} if ruleset.title else None,
        "fingerprint": ruleset.fingerprint,
        "origin": known.origin,
        "campaigns": known.campaigns,
        "checks_on": len(ruleset.parameters) - len(ruleset.disabled),
        "checks_off": len(ruleset.disabled),
    }
