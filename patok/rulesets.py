"""The ruleset that a person names on the command line."""

from __future__ import annotations

import os
from pathlib import Path

from geo.ruleset import Ruleset
from geotags.rulesets.library import SUFFIX, find_named_ruleset, read_ruleset
from patok.settings import Settings, read_settings


def find_ruleset(name_or_path: str, settings: Settings | None = None) -> Ruleset:
    """A name of the built-in rulesets or of the folder ``PATOK_RULESETS``, or else the path of a file.

    What ends in .toml or has a slash is a path. Raises ``NotFound``, ``FileNotOpened`` and
    ``RulesetInvalid``.
    """
    if name_or_path.endswith(SUFFIX) or os.sep in name_or_path:
        return read_ruleset(Path(name_or_path))
    return find_named_ruleset(name_or_path, (settings or read_settings()).rulesets_dir).ruleset
