"""What became of areas between two periods of a frame: splits, merges, new codes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True, slots=True)
class Succession:
    """One line of a split-and-merge table: where (a part of) ``old`` is now found.

    ``moved`` says whether the boundary changed; ``change`` is what the table calls it.
    """

    old: str
    new: str
    moved: bool | None = None
    change: str = ""


@dataclass(frozen=True)
class Lineage:
    """All successions from an older period to a newer one."""

    successions: tuple[Succession, ...]

    @classmethod
    def of(cls, successions: Iterable[Succession]) -> Lineage:
        return cls(tuple(sorted(set(successions), key=lambda one: (one.old, one.new))))

    @cached_property
    def _next(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for one in self.successions:
            found.setdefault(one.old, []).append(one.new)
        return {old: tuple(new) for old, new in found.items()}

    def successors(self, code: str) -> tuple[str, ...]:
        """The codes that a code leads to, its own left out, sorted; through several periods if need be."""
        seen, waiting = {code}, [code]
        while waiting:
            for new in self._next.get(waiting.pop(), ()):
                if new not in seen:
                    seen.add(new)
                    waiting.append(new)
        return tuple(sorted(seen - {code}))
