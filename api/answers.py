"""What every answer of the API is made of, for OpenAPI; each has an example. An error is one of them.

The answers themselves stand with the endpoints that give them, in ``api.routes``.
"""

from __future__ import annotations

from typing import Any

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
