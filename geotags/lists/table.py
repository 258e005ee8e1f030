"""Lists that come with a campaign, read from any table: what their readers share."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from boundaries.intake import IN_ROW
from geo.errors import ColumnMissing, ValueRefused
from geo.text import Text
from geotags.formats.raw import NO_ROWS, unreadable
from geotags.formats.registry import read_raw

_YES = pa.array(["1", "true", "t", "yes", "y", "ya"])
_NO = pa.array(["0", "false", "f", "no", "n", "tidak", "belum", ""])

YES_OR_NO = Text(en="1 or 0, ya or tidak, true or false", id="1 atau 0, ya atau tidak")
UNCLEAR = Text(en="something else", id="isi lain")


class ListTable:
    """The columns of a file under the names that a kind of list has for them."""

    def __init__(
        self, path: Path, known_names: Mapping[str, Sequence[str]], required: Collection[str]
    ) -> None:
        """``known_names`` gives the names of each column, in order of preference and without regard to case.

        Raises ``ColumnMissing`` for a required one, and the input errors of ``geo.errors`` for the file.
        """
        fmt, raw = read_raw(path)
        if not len(raw):
            raise unreadable(path, fmt.name, NO_ROWS)
        self._file_name, self._raw = path.name, raw
        by_lower = {name.strip().lower(): name for name in raw.columns} | {name: name for name in raw.columns}
        self.names: dict[str, str] = {}
        for column, known in known_names.items():
            match = next((by_lower[name] for name in known if name in by_lower), None)
            if match is not None:
                self.names[column] = match
            elif column in required:
                raise ColumnMissing(file=path.name, wanted=column, looked_for=", ".join(known))

    def __len__(self) -> int:
        return len(self._raw)

    @property
    def row_numbers(self) -> NDArray[np.int64]:
        """The number that a person sees for each row."""
        return self._raw.row_numbers

    def texts(self, column: str) -> pa.StringArray:
        """Without blanks at their ends; "" for null and for a column that is not there."""
        if column not in self.names:
            return pa.array([""] * len(self._raw), pa.string())
        given = pc.cast(self._raw.columns[self.names[column]], pa.string())
        texts = pc.utf8_trim_whitespace(pc.fill_null(given, ""))
        # A spreadsheet or data frame with an empty cell makes real numbers of whole ones.
        return pc.replace_substring_regex(texts, r"^([0-9]{1,15})\.0+$", r"\1")

    def require(self, column: str, good: NDArray[np.bool_], wanted: Text) -> None:
        """Raise ``ValueRefused`` for the first row that is not good. What stands there is not repeated."""
        if good.all():
            return
        row = int(self._raw.row_numbers[int((~good).argmax())])
        where = IN_ROW.fill(file=self._file_name, row=row, column=self.names[column])
        raise ValueRefused(where=where, value=UNCLEAR, wanted=wanted)

    def yes(self, column: str) -> NDArray[np.bool_]:
        """Where a column says yes; blank is no."""
        lower = pc.utf8_lower(self.texts(column))
        yes, no = (np.asarray(pc.is_in(lower, value_set=words)) for words in (_YES, _NO))
        self.require(column, yes | no, YES_OR_NO)
        return yes
