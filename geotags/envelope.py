"""A batch as bytes into its items, each still as it was sent: one that is broken must not break the others.

The outside of the batch, the envelope, must be right: ``{"campaign": "...", "items": [ ... ]}``. Where one
item ends and the next begins is told by brackets and quotation marks alone, so that whatever stands inside of
an item is its own matter.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from geo.errors import InputError
from geo.text import Text

MOST_ITEMS = 500
_NAME = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff]{1,200}")

# A string, unfinished at the end perhaps, or one mark of the structure.
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\Z)|[\[\]{},]', re.DOTALL)
_MEMBERS = {"campaign", "items"}


class EnvelopeRefused(InputError):
    """The batch as a whole cannot be read; nothing of it was stored."""

    code = "ENVELOPE_REFUSED"
    text = Text(
        en='The batch cannot be read: {reason}. Send {{"campaign": "NAME", "items": [...]}} with 1 to 500 '
        "items. Nothing was stored.",
        id='Kiriman tidak dapat dibaca: {reason}. Kirim {{"campaign": "NAMA", "items": [...]}} dengan 1 '
        "sampai 500 butir. Tidak ada yang disimpan.",
    )


@dataclass(frozen=True)
class Envelope:
    """The campaign's name, and each item's bytes as they were sent."""

    campaign: str
    items: list[bytes]


def open_envelope(body: bytes) -> Envelope:
    """Split a batch. Raises ``EnvelopeRefused`` for what is not an envelope of 1 to 500 items."""
    # Bytes that are no UTF-8 stay what they are, within the item that they stand in.
    text = body.decode("utf-8", "surrogateescape")
    members = dict(_members(text))
    if set(members) != _MEMBERS:
        raise EnvelopeRefused(reason=_MEMBERS_WANTED)
    campaign = _plain(members["campaign"])
    if not isinstance(campaign, str) or not _NAME.fullmatch(campaign):
        raise EnvelopeRefused(reason=_NAME_WANTED)
    listed = members["items"].strip()
    if not listed.startswith("["):
        raise EnvelopeRefused(reason=_LIST_WANTED)
    items = [one.encode("utf-8", "surrogateescape") for one in _elements(listed)]
    if not 0 < len(items) <= MOST_ITEMS:
        raise EnvelopeRefused(reason=_NUMBER_WANTED.fill(n=len(items)))
    return Envelope(campaign, items)


def _members(text: str) -> list[tuple[str, str]]:
    """Names and values of the outermost object, in their order; a name twice is refused."""
    whole = text.strip()
    if not whole.startswith("{"):
        raise EnvelopeRefused(reason=_OBJECT_WANTED)
    found: list[tuple[str, str]] = []
    for member in _elements(whole):
        token = _TOKEN.match(member.lstrip())
        name = _plain(token.group()) if token else None
        rest = member.lstrip()[token.end() :].lstrip() if token else ""
        if not isinstance(name, str) or not rest.startswith(":"):
            raise EnvelopeRefused(reason=_BROKEN)
        if name in dict(found):
            raise EnvelopeRefused(reason=_TWICE)
        found.append((name, rest[1:]))
    return found


def _elements(text: str) -> list[str]:
    """What stands between the commas of the bracket that ``text`` begins with, which must end with it."""
    found: list[str] = []
    depth, start = 0, 1
    for token in _TOKEN.finditer(text):
        mark = token.group()
        if mark in "[{":
            depth += 1
        elif mark in "]}":
            depth -= 1
            if depth == 0:
                if text[token.end() :].strip() or {"[": "]", "{": "}"}[text[0]] != mark:
                    raise EnvelopeRefused(reason=_BROKEN)
                last = text[start : token.start()].strip()
                if last or found:
                    found.append(last)
                return found
        elif mark == "," and depth == 1:
            found.append(text[start : token.start()].strip())
            start = token.end()
    raise EnvelopeRefused(reason=_UNFINISHED)


def _plain(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


_OBJECT_WANTED = Text(en="it is no JSON object", id="bukan objek JSON")
_LIST_WANTED = Text(en="items is no list", id="items bukan daftar")
_MEMBERS_WANTED = Text(
    en="it must have campaign and items, and nothing else",
    id="harus memiliki campaign dan items, tanpa yang lain",
)
_NAME_WANTED = Text(en="campaign is no name", id="campaign bukan nama")
_NUMBER_WANTED = Text(en="it has {n} items", id="berisi {n} butir")
_BROKEN = Text(en="its brackets do not match", id="tanda kurungnya tidak cocok")
_UNFINISHED = Text(en="it ends before it is whole", id="terputus sebelum lengkap")
_TWICE = Text(en="a member stands twice", id="ada anggota yang tertulis dua kali")
