"""Every rule that a ruleset speaks of: the checks of geotags, then the roll-ups of many geotags."""

from __future__ import annotations

from geo.checks.protocol import Check
from geo.checks.registry import CHECKS
from geo.rollups.protocol import RollUp
from geo.rollups.registry import ROLL_UPS

RULES: tuple[Check | RollUp, ...] = (*CHECKS, *ROLL_UPS)
RULE_OF_CODE: dict[str, Check | RollUp] = {rule.code: rule for rule in RULES}
