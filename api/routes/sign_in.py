"""Signing in by the link that the server printed at its start."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from api.access import SIGN_IN
from api.answers import Answer, Problem, example
from api.keyring import Keyring
from api.parameters import Caller
from api.problems import CodeRefused

RoleName = Literal["device", "officer", "national", "previewer", "admin"]


class SignInCode(BaseModel):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"code": "4fzzzxjylrxq0uYUXxuLBW1VQhNhx3kQ"}]}
    )
    code: str = Field(max_length=200, description="What stands behind `#sign-in=` in the link.")


class SignedInAnswer(Answer):
    model_config = example(token="hE0Wn1s7...", role="admin", expires_at="2025-10-20T14:11:00Z")
    token: str = Field(description="Send it as `Authorization: Bearer TOKEN`.")
    role: RoleName
    expires_at: dt.datetime


class CallerAnswer(Answer):
    model_config = example(role="officer", name="Sofyan, Klungkung", areas=["5105"])
    role: RoleName
    name: str
    areas: list[str] = Field(description="Beginnings of area codes; none where all is seen.")


router = APIRouter(tags=["access"])


@router.post(
    SIGN_IN,
    response_model=SignedInAnswer,
    responses={400: {"model": Problem, "description": "The body cannot be read."}},
)
def sign_in(request: Request, given: SignInCode) -> dict[str, Any]:
    """Exchange the code of the link for a token. A code works once, and as long as the server runs."""
    keyring: Keyring = request.app.state.keyring
    signed_in = keyring.sign_in(given.code)
    if signed_in is None:
        raise CodeRefused()
    return {
        "token": signed_in.token,
        "role": signed_in.principal.role.value,
        "expires_at": signed_in.expires_at,
    }


@router.get("/v1/caller", response_model=CallerAnswer)
def caller(principal: Caller) -> dict[str, Any]:
    """Who the token stands for: role and areas."""
    return {"role": principal.role.value, "name": principal.name, "areas": list(principal.areas)}
