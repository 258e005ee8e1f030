"""Stored findings and reasons in words, also those of checks that were changed or dropped since."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from geo.checks.reasons import REASONS
from geo.rules import RULE_OF_CODE
from geo.text import Language


def title_of(code: str, language: Language) -> str:
    """A check's title; its code when this version of Patok no longer has the check."""
    check = RULE_OF_CODE.get(code)
    return check.title.say(language) if check else code


def remedy_of(code: str, language: Language) -> str:
    """What to do about a finding; nothing for a check that is gone."""
    check = RULE_OF_CODE.get(code)
    return check.remedy.say(language) if check else ""


def message_of(code: str, evidence: Mapping[str, Any], language: Language) -> str:
    """A finding's message; the title where its evidence is of a version that named it otherwise."""
    check = RULE_OF_CODE.get(code)
    if check is None:
        return code
    try:
        return check.say(language, evidence)
    except (KeyError, TypeError, ValueError):
        return check.title.say(language)


def reason_said(reason: str, language: Language) -> str:
    """Why a check was not assessed."""
    text = REASONS.get(reason)
    return text.say(language) if text else reason
