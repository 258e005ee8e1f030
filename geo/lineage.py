"""What became of areas between two periods of a frame: splits, merges, new codes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True, slots=True)
class Succession:
    """One line of a split-and-merge table: where (a part of) ``old`` is now found.

    ``moved`` says whether the boundary changed; ``change`` is what the table calls it. ``period`` is the one
    that ``new`` is a code of, as "261"; "" where the table does not say.
    """

    old: str
    new: str
    moved: bool | None = None
    change: str = ""
    period: str = ""


@dataclass(frozen=True)
class Lineage:
    """All successions from an older period to a newer one."""

    successions: tuple[Succession, ...]

    @classmethod
    def of(cls, successions: Iterable[Succession]) -> Lineage:
        return cls(tuple(sorted(set(successions), key=_in_order)))

    @cached_property
    def _next(self) -> dict[str, list[tuple[str, str]]]:
        found: dict[str, list[tuple[str, str]]] = {}
        for one in self.successions:
            found.setdefault(one.old, []).append((one.new, one.period))
        return found

    def successors(self, code: str) -> tuple[str, ...]:
        """The codes that a code leads to, its own left out, sorted; through several periods if need be.

        From a code of one period only changes of a later one lead on: where codes move up (1 to 2, 2 to 3),
        the area of code 1 is found in 2 and not in 3.
        """
        start = (code, "")
        seen, waiting = {start}, [start]
        while waiting:
            at, since = waiting.pop()
            for new, period in self._next.get(at, ()):
                if since and period and period <= since:
                    continue
                step = (new, period or since)
                if step not in seen:
                    seen.add(step)
                    waiting.append(step)
        return tuple(sorted({new for new, _ in seen} - {code}))


def _in_order(one: Succession) -> tuple[str, str, str, str, str]:
    return (one.old, one.new, one.period, one.change, str(one.moved))
