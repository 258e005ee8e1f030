"""Rulesets as TOML, the form in which an office writes them. Texts in and out; files are read elsewhere.

name = "lapangan"
version = 2
title.en = "Field work of the third quarter"
extends = "default"        # what is not given here is as in the default ruleset
others_on = true           # checks that are not named here are on

[checks.DUPLICATE_COORDINATE]
on = false

[checks.OUTSIDE_ASSIGNED_AREA]
error_beyond_m = 300
"""

from __future__ import annotations

import difflib
import json
import math
import re
import tomllib
from collections.abc import Iterable, Mapping
from typing import Any

from geo.errors import RulesetInvalid
from geo.parameters import SWITCH, Parameter
from geo.rules import RULE_OF_CODE, RULES
from geo.ruleset import DEFAULT_NAME, ON, Ruleset, plain_text
from geo.text import LANGUAGES, Language, Text

NAME = re.compile(r"[a-z0-9_-]{1,40}")
KEYS = ("name", "version", "title", "extends", "others_on", "checks")

_MOST_VERSION = 2**31 - 1
_LONGEST_TITLE = 200

_NO_TOML = Text(
    en="{place}: this is not TOML. Compare it with what is printed by: patok ruleset show default",
    id="{place}: ini bukan TOML. Bandingkan dengan yang dicetak oleh: patok ruleset show default",
)
_UNKNOWN_KEY = Text(
    en="{where}: there is no such key. Write one of: {known}",
    id="{where}: kunci ini tidak ada. Tulis salah satu dari: {known}",
)
_UNKNOWN_CHECK = Text(
    en="{where}: there is no such check. {hint}", id="{where}: pemeriksaan ini tidak ada. {hint}"
)
_UNKNOWN_PARAMETER = Text(
    en="{where}: the check has no such parameter. {hint}",
    id="{where}: pemeriksaan itu tidak memiliki parameter ini. {hint}",
)
_REFUSED = Text(
    en="{where}: {value} is not allowed. Write {wanted}", id="{where}: {value} tidak boleh. Tulis {wanted}"
)
_MISSING = Text(en="{where}: it is missing. Write {wanted}", id="{where}: belum ada. Tulis {wanted}")
_NOTHING_ON = Text(
    en="checks: none of them is on. Leave on at least one",
    id="checks: tidak ada yang aktif. Biarkan setidaknya satu tetap aktif",
)
_DID_YOU_MEAN = Text(en="Did you mean {near}?", id="Maksudnya {near}?")
_SEE_CHECKS = Text(en="They are listed by: patok checks", id="Daftarnya dicetak oleh: patok checks")
_ITS_PARAMETERS = Text(en="It has: {known}", id="Yang ada: {known}")
_NO_PARAMETERS = Text(en="It has none", id="Pemeriksaan itu tidak berparameter")

_WANTED_NAME = Text(
    en='1 to 40 characters of a-z, 0-9, _ and -, such as name = "lapangan"',
    id='1 sampai 40 karakter a-z, 0-9, _ dan -, misalnya name = "lapangan"',
)
_WANTED_VERSION = Text(
    en="a whole number from 1 on, such as version = 1", id="bilangan bulat mulai 1, misalnya version = 1"
)
_WANTED_TITLE = Text(
    en=f'a line of at most {_LONGEST_TITLE} characters, such as title.en = "Field work"',
    id=f'satu baris, paling banyak {_LONGEST_TITLE} karakter, misalnya title.id = "Kerja lapangan"',
)
_WANTED_EXTENDS = Text(en=f'extends = "{DEFAULT_NAME}"', id=f'extends = "{DEFAULT_NAME}"')
_WANTED_SWITCH = Text(en="true or false", id="true atau false")
_WANTED_TABLE = Text(
    en="a table of its own, such as [checks.ACCURACY_MISSING]",
    id="tabel tersendiri, misalnya [checks.ACCURACY_MISSING]",
)
_WANTED_FINITE = Text(en="a finite number", id="bilangan berhingga")
_WANTED_BETWEEN = Text(en="a number from {least:g} to {most:g}", id="bilangan {least:g} sampai {most:g}")
_WANTED_LEAST = Text(en="a number of {least:g} or more", id="bilangan {least:g} atau lebih")
_WANTED_MOST = Text(en="a number of {most:g} or less", id="bilangan {most:g} atau kurang")


def ruleset_of_toml(text: str, where: str) -> Ruleset:
    """The ruleset that ``text`` is; ``where`` names the file.

    Raises ``RulesetInvalid``, which lists everything that has to be mended.
    """
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # a number of 5,000 digits is a ValueError too
        place = re.search(r"\(at ([^()]*)\)$", str(error))
        raise ruleset_invalid(where, [_NO_TOML.fill(place=place[1] if place else "TOML")]) from error
    reader = _Reader()
    ruleset = reader.read(document)
    if reader.faults:
        raise ruleset_invalid(where, reader.faults)
    return ruleset


def ruleset_invalid(where: str, faults: Iterable[Text]) -> RulesetInvalid:
    """The error that lists ``faults``, each on a line of its own."""
    listed = list(faults)
    lines = {
        language: "\n".join(f"- {getattr(fault, language)}" for fault in listed) for language in LANGUAGES
    }
    return RulesetInvalid(where=where, faults=Text(en=lines["en"], id=lines["id"]))


class _Reader:
    """Reads a document and keeps every fault, so that a person mends all of them at once."""

    def __init__(self) -> None:
        self.faults: list[Text] = []

    def read(self, document: Mapping[str, Any]) -> Ruleset:
        """The ruleset, of use only when there are no faults."""
        for key in (key for key in document if key not in KEYS):
            self.faults.append(_UNKNOWN_KEY.fill(where=_shown(key), known=", ".join(KEYS)))
        name, version = document.get("name"), document.get("version")
        if not isinstance(name, str) or not NAME.fullmatch(name):
            self._refuse("name", name, _WANTED_NAME)
        if not isinstance(version, int) or isinstance(version, bool) or not 0 < version <= _MOST_VERSION:
            self._refuse("version", version, _WANTED_VERSION)
        if document.get("extends", DEFAULT_NAME) != DEFAULT_NAME:
            self._refuse("extends", document["extends"], _WANTED_EXTENDS)
        title = self._title(document.get("title"))
        others_on = self._switch("others_on", document.get("others_on", True))
        parameters, disabled = self._checks(document.get("checks", {}), others_on)
        if len(disabled) == len(parameters):
            self.faults.append(_NOTHING_ON)
        return Ruleset(str(name), version or 0, parameters, frozenset(disabled), others_on, title)

    def _refuse(self, where: str, value: Any, wanted: Text) -> None:
        if value is None:  # TOML has no null: the key is not there
            self.faults.append(_MISSING.fill(where=where, wanted=wanted))
        else:
            self.faults.append(_REFUSED.fill(where=where, value=_shown(value), wanted=wanted))

    def _title(self, given: Any) -> Text | None:
        if given is None:
            return None
        said = {"en": given, "id": given} if isinstance(given, str) else given
        if not isinstance(said, dict) or not said or not said.keys() <= set(LANGUAGES):
            self._refuse("title", given, _WANTED_TITLE)
            return None
        for language, line in said.items():
            if not isinstance(line, str) or not 0 < len(line) <= _LONGEST_TITLE or not line.isprintable():
                self._refuse(f"title.{language}", line, _WANTED_TITLE)
                return None
        # An office that writes one language is understood in the other as well as it can be.
        first = next(iter(said.values()))
        return plain_text(said.get("en", first), said.get("id", first))

    def _switch(self, where: str, value: Any) -> bool:
        if not isinstance(value, bool):
            self._refuse(where, value, _WANTED_SWITCH)
        return bool(value)

    def _checks(self, given: Any, others_on: bool) -> tuple[dict[str, dict[str, float]], set[str]]:
        parameters = {check.code: check.defaults() for check in RULES}
        on = dict.fromkeys(parameters, others_on)
        if not isinstance(given, dict):
            self._refuse("checks", given, _WANTED_TABLE)
            given = {}
        for code, values in given.items():
            where = f"checks.{_shown(code)}"
            if code not in RULE_OF_CODE:
                hint = _near(code, RULE_OF_CODE) or _SEE_CHECKS
                self.faults.append(_UNKNOWN_CHECK.fill(where=where, hint=hint))
            elif not isinstance(values, dict):
                self._refuse(where, values, _WANTED_TABLE)
            else:
                on[code] = self._switch(f"{where}.{ON}", values.get(ON, True))
                parameters[code] |= self._parameters(where, code, values)
        return parameters, {code for code, is_on in on.items() if not is_on}

    def _parameters(self, where: str, code: str, given: Mapping[str, Any]) -> dict[str, float]:
        known = RULE_OF_CODE[code].parameters
        values = {}
        for name in (name for name in given if name != ON):
            place = f"{where}.{_shown(name)}"
            if name not in known:
                listed = _ITS_PARAMETERS.fill(known=", ".join(known)) if known else _NO_PARAMETERS
                hint = _near(name, known) or listed
                self.faults.append(_UNKNOWN_PARAMETER.fill(where=place, hint=hint))
                continue
            value = _number(given[name], known[name])
            if value is None:
                self._refuse(place, given[name], _wanted(known[name]))
            else:
                values[name] = value
        return values


def _number(given: Any, parameter: Parameter) -> float | None:
    """``given`` as a value of ``parameter``; None where it cannot be one."""
    if isinstance(given, bool) and parameter.unit != SWITCH:
        return None
    if not isinstance(given, int | float):
        return None
    try:
        value = float(given) + 0.0  # of the two zeros the positive one
    except OverflowError:
        return None
    return value if math.isfinite(value) and parameter.allows(value) else None


def _wanted(parameter: Parameter) -> Text:
    if parameter.unit == SWITCH:
        return _WANTED_SWITCH
    least, most = parameter.least, parameter.most
    if least is not None and most is not None:
        return _WANTED_BETWEEN.fill(least=least, most=most)
    if least is not None:
        return _WANTED_LEAST.fill(least=least)
    return _WANTED_FINITE if most is None else _WANTED_MOST.fill(most=most)


def _near(given: str, known: Iterable[str]) -> Text | None:
    """The name that was probably meant, as a question; None where nothing is near."""
    of_lower = {name.lower(): name for name in known}
    found = difflib.get_close_matches(given.lower(), of_lower, n=1)
    return _DID_YOU_MEAN.fill(near=of_lower[found[0]]) if found else None


def _shown(value: Any) -> str:
    """A key or value of the file as it can be printed anywhere."""
    if isinstance(value, bool):
        return str(value).lower()
    try:
        said = value if isinstance(value, str) else str(value)
    except ValueError:  # a number of more digits than Python prints
        return "..."
    if isinstance(value, dict | list):
        return "{...}" if isinstance(value, dict) else "[...]"
    short = said if len(said) <= 60 else said[:57] + "..."
    return short if re.fullmatch(r"[\w.+:-]+", short) else json.dumps(short)


def toml_of_ruleset(ruleset: Ruleset, language: Language | None = None) -> str:
    """All that the ruleset says, as TOML that ``ruleset_of_toml`` reads back.

    With ``language``, each check has its title and each parameter its unit and source as a comment.
    """
    lines = [f"name = {_quoted(ruleset.name)}", f"version = {ruleset.version}"]
    if ruleset.title is not None:
        lines += [f"title.{one} = {_quoted(ruleset.title.say(one))}" for one in LANGUAGES]
    lines += [f"extends = {_quoted(DEFAULT_NAME)}", f"others_on = {_switch_of(ruleset.others_on)}"]
    for check in RULES:
        lines += ["", f"[checks.{check.code}]"]
        if language:
            lines.append(f"# {check.title.say(language)}")
        lines.append(f"{ON} = {_switch_of(ruleset.is_on(check.code))}")
        for name, parameter in check.parameters.items():
            line = f"{name} = {_value_of(ruleset.parameters[check.code][name], parameter)}"
            if language:
                line += f"  # {f'{parameter.unit}; ' if parameter.unit else ''}{parameter.source}"
            lines.append(line)
    return "\n".join(lines) + "\n"


def _switch_of(value: bool) -> str:
    return "true" if value else "false"


def _value_of(given: float, parameter: Parameter) -> str:
    value = float(given)
    if parameter.unit == SWITCH:
        return _switch_of(bool(value))
    return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)


def _quoted(text: str) -> str:
    """A basic string of TOML. JSON escapes the same characters in the same way, all but DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
