"""Text that a person reads, always in English and Indonesian."""

from __future__ import annotations

import string
from dataclasses import dataclass
from typing import Any, Literal

Language = Literal["en", "id"]
LANGUAGES: tuple[Language, ...] = ("en", "id")


@dataclass(frozen=True, slots=True)
class Text:
    """One message in both languages, with ``str.format`` placeholders.

    Both languages must use the same placeholders; a ``ValueError`` at import says which do not.
    """

    en: str
    id: str

    def __post_init__(self) -> None:
        if self.placeholders("en") != self.placeholders("id"):
            raise ValueError(f"the two languages use different placeholders: {self.en!r}, {self.id!r}")

    def placeholders(self, language: Language) -> set[str]:
        """The names in braces of one language's text."""
        return {name for _, name, _, _ in string.Formatter().parse(getattr(self, language)) if name}

    def say(self, language: Language = "en", **values: Any) -> str:
        """The text in ``language`` with its placeholders filled."""
        template: str = getattr(self, language)
        return template.format(**values)

    def fill(self, **values: Any) -> Text:
        """This text with its placeholders filled in both languages; a Text value in its own language."""
        filled = {
            language: self.say(
                language, **{k: v.say(language) if isinstance(v, Text) else v for k, v in values.items()}
            )
            # A filled text is said again as part of an error, so its braces are doubled.
            .replace("{", "{{")
            .replace("}", "}}")
            for language in LANGUAGES
        }
        return Text(en=filled["en"], id=filled["id"])
