"""Patok for notebooks and scripts: ``read_frame``, ``read_context``, ``check``, ``map`` and ``Frame``.

Names are loaded when they are first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geo.frame import Frame
    from patok.notebook import check, map, read_context, read_frame

__all__ = ["Frame", "check", "map", "read_context", "read_frame"]


def __getattr__(name: str) -> Any:
    if name == "Frame":
        from geo.frame import Frame

        return Frame
    if name in __all__:
        from patok import notebook

        return getattr(notebook, name)
    raise AttributeError(f"module 'patok' has no attribute {name!r}")
