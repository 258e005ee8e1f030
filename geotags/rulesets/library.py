"""Where rulesets are found by name: those that come with Patok, and the files of an office's folder.

A file of the folder is called by the name of its ruleset: ``lapangan.toml`` holds ``lapangan``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

from geo.errors import FileNotOpened, NotFound, RulesetInvalid
from geo.ruleset import Ruleset
from geo.ruleset_toml import ruleset_invalid, ruleset_of_toml
from geo.text import Text

RULESET = Text(en="ruleset", id="set aturan")
SUFFIX = ".toml"

Origin = Literal["built_in", "folder"]

_BUILT_IN_FILES = ("membership",)
_MOST_BYTES = 1_000_000

_TOO_LONG = Text(en="the file is longer than any ruleset", id="berkas lebih panjang dari set aturan mana pun")
_NO_UTF8 = Text(
    en="the text is not UTF-8. Save the file again as UTF-8",
    id="teksnya bukan UTF-8. Simpan ulang berkasnya sebagai UTF-8",
)
_RESERVED = Text(
    en="name: {name} comes with Patok and says something else. Choose another name",
    id="name: {name} adalah bawaan Patok dan berbeda isinya. Pilih nama lain",
)
_OTHER_NAME = Text(
    en='name: the file is not called so. Write name = "{stem}", or rename the file',
    id='name: nama berkasnya berbeda. Tulis name = "{stem}", atau ganti nama berkasnya',
)
_REMEDY = Text(
    en="There are: {names}. A file is given with its ending {suffix}.",
    id="Yang ada: {names}. Berkas disebut beserta akhirannya {suffix}.",
)


@dataclass(frozen=True)
class ListedRuleset:
    """A ruleset and where it comes from."""

    ruleset: Ruleset
    origin: Origin


@cache
def built_in_rulesets() -> dict[str, Ruleset]:
    """Those that come with Patok, by name: ``default``, which the checks themselves give, and others."""
    given = [Ruleset()]
    for name in _BUILT_IN_FILES:
        text = (files("geotags.rulesets") / f"{name}{SUFFIX}").read_text(encoding="utf-8")
        given.append(ruleset_of_toml(text, f"{name}{SUFFIX}"))
    return {ruleset.name: ruleset for ruleset in given}


def read_ruleset(path: Path) -> Ruleset:
    """The ruleset of a file. Raises ``FileNotOpened``, or ``RulesetInvalid`` with all there is to mend."""
    try:
        with path.open("rb") as opened:
            content = opened.read(_MOST_BYTES + 1)
    except (OSError, ValueError) as error:  # a name with a NUL in it is a ValueError
        raise FileNotOpened(file=path.name) from error
    if len(content) > _MOST_BYTES:
        raise ruleset_invalid(path.name, [_TOO_LONG])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ruleset_invalid(path.name, [_NO_UTF8]) from error
    ruleset = ruleset_of_toml(text.replace("\r\n", "\n"), path.name)
    own = built_in_rulesets().get(ruleset.name)
    if own is not None and own.fingerprint != ruleset.fingerprint:
        raise ruleset_invalid(path.name, [_RESERVED.fill(name=ruleset.name)])
    return ruleset


def find_named_ruleset(name: str, folder: Path) -> ListedRuleset:
    """The ruleset called ``name``: one that comes with Patok, or a file of the folder.

    Raises ``NotFound``, and ``RulesetInvalid`` where the file cannot be used. Other files do not matter.
    """
    own = built_in_rulesets().get(name)
    if own is not None:
        return ListedRuleset(own, "built_in")
    paths = {path.stem: path for path in _files(folder)}
    if name in paths:
        return ListedRuleset(_of_folder(paths[name]), "folder")
    names = ", ".join([*built_in_rulesets(), *paths])
    raise NotFound(what=RULESET, name=name, remedy=_REMEDY.fill(names=names, suffix=SUFFIX))


def list_rulesets(folder: Path) -> tuple[list[ListedRuleset], dict[str, RulesetInvalid | FileNotOpened]]:
    """All rulesets, those that come with Patok first; and by file name why a file cannot be used."""
    listed = [ListedRuleset(ruleset, "built_in") for ruleset in built_in_rulesets().values()]
    faulty: dict[str, RulesetInvalid | FileNotOpened] = {}
    for path in _files(folder):
        try:
            ruleset = _of_folder(path)
        except (RulesetInvalid, FileNotOpened) as error:
            faulty[path.name] = error
            continue
        if ruleset.name not in built_in_rulesets():
            listed.append(ListedRuleset(ruleset, "folder"))
    return listed, faulty


def _of_folder(path: Path) -> Ruleset:
    ruleset = read_ruleset(path)
    if ruleset.name != path.stem:
        raise ruleset_invalid(path.name, [_OTHER_NAME.fill(stem=path.stem)])
    return ruleset


def _files(folder: Path) -> Iterator[Path]:
    """The TOML files of the folder by name; none where the folder is not there or closed to us."""
    try:
        found = sorted(path for path in folder.iterdir() if path.suffix == SUFFIX and path.is_file())
    except OSError:
        found = []
    yield from found
