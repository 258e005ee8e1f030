"""A ruleset: one value for every parameter of every check, under a name and a version."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from geo.checks.registry import CHECKS
from geo.errors import ValueRefused
from geo.text import Text

DEFAULT_NAME = "default"
DEFAULT_VERSION = 1

_NUMBER = Text(en="a number", id="sebuah angka")


@dataclass(frozen=True)
class Ruleset:
    """``parameters`` maps check code -> parameter name -> value; every check of the registry is there."""

    name: str = DEFAULT_NAME
    version: int = DEFAULT_VERSION
    parameters: Mapping[str, Mapping[str, float]] = field(
        default_factory=lambda: {check.code: check.defaults() for check in CHECKS}
    )

    def as_json(self) -> dict[str, Any]:
        """The form that is stored with a campaign."""
        return {
            "name": self.name,
            "version": self.version,
            "parameters": {code: dict(values) for code, values in self.parameters.items()},
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Ruleset:
        """Read back what ``as_json`` gave.

        A value that is no finite number raises ``ValueRefused``. A check or parameter that came after the
        ruleset was stored takes its default; one that has gone since is left out.
        """
        parameters = {check.code: check.defaults() for check in CHECKS}
        where = f"ruleset {stored['name']}"
        for code, values in stored["parameters"].items():
            for name, value in values.items():
                if name not in parameters.get(code, {}):
                    continue
                if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
                    raise ValueRefused(where=f"{where}: {code}.{name}", value=value, wanted=_NUMBER)
                parameters[code][name] = float(value)
        return cls(stored["name"], int(stored["version"]), parameters)
