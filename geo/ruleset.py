"""A ruleset: which checks are on and one value for every parameter, under a name and a version."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from geo.errors import ValueRefused
from geo.rules import RULES
from geo.text import Text

DEFAULT_NAME = "default"
DEFAULT_VERSION = 1
"""Raised with every change of a default value, once a version of Patok that had it was released."""

ON = "on"
"""Stands beside the parameters of a check, so no parameter may have this name."""

_NUMBER = Text(en="a number", id="sebuah angka")


@dataclass(frozen=True)
class Ruleset:
    """``parameters`` maps check code -> parameter name -> value; every check of the registry is there.

    ``disabled`` are the codes of the checks that are off: they have no outcome at all. ``others_on`` says
    what holds for a check that comes after the ruleset was written: it is on, or it is off.
    """

    name: str = DEFAULT_NAME
    version: int = DEFAULT_VERSION
    parameters: Mapping[str, Mapping[str, float]] = field(
        default_factory=lambda: {check.code: check.defaults() for check in RULES}
    )
    disabled: frozenset[str] = frozenset()
    others_on: bool = True
    title: Text | None = None

    def is_on(self, code: str) -> bool:
        """Whether the check of this code is run."""
        return code not in self.disabled

    @property
    def fingerprint(self) -> str:
        """SHA-256, in hexadecimal digits, of everything that decides a finding: all but the title."""
        content = self.as_json()
        content.pop("title", None)
        # 5 and 5.0 are one value, however the ruleset was made.
        content["parameters"] = {
            code: {name: float(value) for name, value in values.items()}
            for code, values in self.parameters.items()
        }
        canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
        return hashlib.sha256(canonical.encode()).hexdigest()

    def as_json(self) -> dict[str, Any]:
        """The form that is stored with a campaign."""
        stored: dict[str, Any] = {
            "name": self.name,
            "version": self.version,
            "parameters": {code: dict(values) for code, values in self.parameters.items()},
            "disabled": sorted(self.disabled),
            "others_on": self.others_on,
        }
        if self.title is not None:
            stored["title"] = {"en": self.title.say("en"), "id": self.title.say("id")}
        return stored

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Ruleset:
        """Read back what ``as_json`` gave.

        A value that is no finite number raises ``ValueRefused``. A check or parameter that came after the
        ruleset was stored takes its default, and the check is on or off as ``others_on`` says; one that has
        gone since is left out.
        """
        parameters = {check.code: check.defaults() for check in RULES}
        where = f"ruleset {stored['name']}"
        for code, values in stored["parameters"].items():
            for name, value in values.items():
                if name not in parameters.get(code, {}):
                    continue
                if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
                    raise ValueRefused(where=f"{where}: {code}.{name}", value=value, wanted=_NUMBER)
                parameters[code][name] = float(value)
        others_on = bool(stored.get("others_on", True))
        disabled = set(stored.get("disabled", ()))
        if not others_on:
            disabled |= parameters.keys() - stored["parameters"].keys()
        said = stored.get("title")
        return cls(
            stored["name"],
            int(stored["version"]),
            parameters,
            frozenset(disabled & parameters.keys()),
            others_on,
            plain_text(said["en"], said["id"]) if said else None,
        )


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that two rulesets say differently: a parameter's value, or whether a check is ``on``."""

    code: str
    parameter: str
    before: float | bool
    after: float | bool


def differences(before: Ruleset, after: Ruleset) -> list[Difference]:
    """What ``after`` says otherwise than ``before``, in the order of the checks; nothing of their names."""
    found = []
    for check in RULES:
        code = check.code
        pairs: list[tuple[str, float | bool, float | bool]] = [(ON, before.is_on(code), after.is_on(code))]
        pairs += [
            (name, before.parameters[code][name], after.parameters[code][name]) for name in check.parameters
        ]
        found += [Difference(code, name, was, now) for name, was, now in pairs if was != now]
    return found


def plain_text(en: str, id: str) -> Text:
    """What a person wrote, as a Text whose braces are no placeholders."""
    return Text(en=_literal(en), id=_literal(id))


def _literal(said: str) -> str:
    return said.replace("{", "{{").replace("}", "}}")
