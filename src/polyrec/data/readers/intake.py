"""What is done about rows that cannot be used: fail at the first, or set them aside and go on.

One `Intake` goes along with all tables of a source. What is set aside is written down with its
file, row, column and reason, and counted by kind of fault, so that nothing is lost without a line
that says so.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, Literal, get_args

from polyrec.core.counted import counted
from polyrec.core.errors import ConfigError, DataError

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

OnBadRows = Literal["fail", "quarantine"]
MOST_KINDS = 1000
"""Beyond so many kinds of fault they are counted together."""


@dataclass(frozen=True)
class BadRow:
    """One row that cannot be used.

    Attributes:
        file: what faults call the source.
        row: its row there, counted as the reader says.
        problem: what is wrong, and what was got.
        column: the source's own name of the column at fault, or empty.
        hint: what to do about it.
        kind: the problem without the values of this row, or empty for the problem itself.
        cells: what stood there, by column or as one text.
        unread: whether the row never became one of a table, so that it is counted here.
    """

    file: str
    row: int
    problem: str
    column: str = ""
    hint: str = ""
    kind: str = ""
    cells: Any = None
    unread: bool = False


@dataclass
class Kind:
    """How often one kind of fault was met, and where first."""

    file: str
    kind: str
    first: BadRow
    count: int = 0


class Intake:
    """Takes the faults and remarks of one source; a context that closes what it has written.

    Args:
        path: where bad rows are written, one JSON object per line, or None to fail at the first.
            The file is made anew when the first bad row comes; an older one is taken away at once.

    Attributes:
        path: as given.
        kinds: how often each kind of fault was met, by file and kind.
        n_rows: how many rows came in, those set aside included.
        n_repeated: how many rows repeated an earlier one.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self.kinds: dict[tuple[str, str], Kind] = {}
        self.n_rows = 0
        self.n_repeated = 0
        self._remarks: dict[str, None] = {}
        self._file: IO[str] | None = None
        if path is not None:
            path.unlink(missing_ok=True)

    @property
    def goes_on(self) -> bool:
        """Whether bad rows are set aside rather than raised."""
        return self.path is not None

    @property
    def n_aside(self) -> int:
        """How many rows have been set aside."""
        return sum(kind.count for kind in self.kinds.values())

    def refuse(self, bad: BadRow) -> None:
        """Raise for a row, or set it aside.

        Raises:
            DataError: this intake fails at the first bad row.
        """
        if self.path is None:
            of = " " if bad.problem.startswith("is ") else ": "
            raise DataError(f"{bad.file} row {bad.row}{of}{bad.problem}", hint=bad.hint)
        name = bad.kind or bad.problem
        if len(self.kinds) >= MOST_KINDS and (bad.file, name) not in self.kinds:
            name = "other faults"
        kind = self.kinds.setdefault((bad.file, name), Kind(bad.file, name, bad))
        kind.count += 1
        self.n_rows += bad.unread
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("w", encoding="utf-8", errors="backslashreplace")
        said = {"file": bad.file, "row": bad.row, "column": bad.column, "reason": bad.problem}
        line = said | {"hint": bad.hint, "cells": bad.cells}
        self._file.write(json.dumps(line, ensure_ascii=False, default=str) + "\n")

    def remark(self, text: str) -> None:
        """Keep something that people should know, once."""
        self._remarks.setdefault(text)

    def notes(self) -> tuple[str, ...]:
        """Say in words what was set aside and where it is, then what else is remarkable."""
        told = [
            f"{kind.file}: {counted(kind.count, 'row')} set aside, {kind.kind}"
            f" (first: row {kind.first.row})"
            for kind in self.kinds.values()
        ]
        if told:
            told.append(f"{counted(self.n_aside, 'row')} set aside in all: see {self.path}")
        return (*told, *self._remarks)

    def __enter__(self) -> Intake:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def check_on_bad_rows(on_bad_rows: str) -> None:
    """Refuse what says neither to fail nor to go on.

    Raises:
        ConfigError: it is neither `fail` nor `quarantine`.
    """
    if on_bad_rows not in get_args(OnBadRows):
        raise ConfigError(f"on_bad_rows is {on_bad_rows!r}", hint="give 'fail' or 'quarantine'")
