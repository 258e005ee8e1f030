"""What the routes' parameters may be, and the objects they stand for."""

from __future__ import annotations

import hashlib
from typing import Annotated, Literal

from fastapi import Depends, Path, Query, Request

from api.problems import ParameterRefused, RoleRefused
from boundaries.store.principals import Principal, Role
from boundaries.store.reading import Access, Engine
from geo.checks.registry import CHECK_OF_CODE
from geo.codes import CodeScheme
from geo.levels import Level
from geo.text import Text

CLEAN = r"^[^\x00-\x1f\x7f]+$"  # PostgreSQL refuses NUL in text

BIGGEST_ID = 2**63 - 1


def _caller(request: Request) -> Principal:
    principal: Principal = request.state.principal  # the gate has set it, or refused the request
    return principal


Caller = Annotated[Principal, Depends(_caller)]


def _engine(request: Request) -> Engine:
    engine: Engine = request.app.state.engine
    return engine


Database = Annotated[Engine, Depends(_engine)]
"""For what shows no rows of households, and for nobody in particular."""


def _access(request: Request, engine: Database, caller: Caller) -> Access:
    # The audit names the route; the question itself, which may name an area or a place, only as a hash.
    question = "&".join(sorted(f"{name}={value}" for name, value in request.query_params.multi_items()))
    asked = hashlib.sha256(f"{request.url.path}?{question}".encode("utf-8", "surrogateescape")).hexdigest()
    return Access(engine, caller, f"{request.method} {request.scope['route'].path}", asked)


Areas = Annotated[Access, Depends(_access)]
"""The database, for every role: frames, areas, rulesets."""


def _operator(caller: Caller) -> Principal:
    if not caller.role.sees_all:
        raise RoleRefused(role=caller.role.value)
    return caller


Operators = Annotated[Principal, Depends(_operator)]
"""For what tells of the whole service: roles whose sight no area limits."""


def require_households(access: Areas) -> Access:
    """``access`` if its role sees households. Raises ``RoleRefused``."""
    if access.principal.role is Role.PREVIEWER:
        raise RoleRefused(role=access.principal.role.value)
    return access


Households = Annotated[Access, Depends(require_households)]
"""The database, for roles that see households: those that the caller may see."""

FrameName = Annotated[
    str, Path(max_length=200, pattern=CLEAN, description="Name of a frame.", examples=["klungkung"])
]
CampaignName = Annotated[
    str, Path(max_length=200, pattern=CLEAN, description="Name of a campaign.", examples=["regsosek"])
]
AreaCode = Annotated[str, Path(max_length=60, pattern=r"^[0-9.]+$", examples=["5105010001"])]
GeotagId = Annotated[int, Path(ge=1, le=BIGGEST_ID, examples=[1])]
ReleaseNumber = Annotated[int, Path(ge=1, le=2**31 - 1, examples=[2])]
ReleaseReference = Annotated[
    str | None,
    Query(
        max_length=60, pattern=CLEAN, description="Number or label of a release; the current one if absent."
    ),
]
LevelFilter = Annotated[Level | None, Query(description="One level only.")]
AreaFilter = Annotated[
    str | None,
    Query(max_length=60, description="Beginning of an area code: what lies below it.", examples=["5105010"]),
]
Severity = Annotated[Literal["error", "review", "info"] | None, Query(description="One severity only.")]
Verdict = Annotated[
    Literal["accepted", "review", "rejected", "not_assessed"] | None, Query(description="One verdict only.")
]


def _check_code(
    code: Annotated[
        str | None,
        Query(
            max_length=60,
            description="One check only, as listed at /v1/checks.",
            examples=["AREA_UNKNOWN"],
            json_schema_extra={"enum": [*CHECK_OF_CODE, None]},
        ),
    ] = None,
) -> str | None:
    if code is None or code in CHECK_OF_CODE:
        return code
    raise ParameterRefused(
        parameter="code",
        wanted=Text(en="a code listed at /v1/checks", id="kode yang terdaftar di /v1/checks"),
    )


CheckCode = Annotated[str | None, Depends(_check_code)]


def code_prefix(parameter: str, value: str | None, scheme: CodeScheme) -> str | None:
    """``value`` if it is the beginning of a code of ``scheme``. Raises ``ParameterRefused``."""
    if value is None:
        return None
    fits = 0 < len(value) <= len(scheme.pattern) and all(
        have == want if want in ".-" else have in "0123456789"
        for have, want in zip(value, scheme.pattern, strict=False)
    )
    if not fits:
        raise ParameterRefused(
            parameter=parameter,
            wanted=Text(
                en=f"the beginning of a code written like {scheme.pattern}",
                id=f"awal kode yang ditulis seperti {scheme.pattern}",
            ),
        )
    return value


def level_of_code(parameter: str, value: str, scheme: CodeScheme) -> Level:
    """The level of the whole code ``value``. Raises ``ParameterRefused``."""
    level = scheme.level_of(value)
    if level is None or not scheme.is_code(value, level):
        widths = ", ".join(str(width) for width in scheme.widths.values())
        raise ParameterRefused(
            parameter=parameter,
            wanted=Text(
                en=f"a whole code written like {scheme.pattern}, of {widths} characters",
                id=f"kode lengkap yang ditulis seperti {scheme.pattern}, {widths} karakter",
            ),
        )
    return level


def level_in_scheme(level: Level, scheme: CodeScheme) -> Level:
    """``level`` if codes of ``scheme`` have it. Raises ``ParameterRefused``."""
    if level not in scheme.widths:
        raise ParameterRefused(
            parameter="level",
            wanted=Text(
                en=f"one of: {', '.join(scheme.levels)}", id=f"salah satu dari: {', '.join(scheme.levels)}"
            ),
        )
    return level
