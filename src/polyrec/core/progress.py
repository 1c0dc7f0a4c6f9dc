"""Progress with rate and time left, on stderr, for anything that takes over two seconds."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SHOW_AFTER_S = 2.0


class _Bar:
    """Counts steps; starts to draw once `SHOW_AFTER_S` have passed.

    One bar draws at a time: work inside work whose bar is drawn stays silent.
    """

    drawing: ClassVar[bool] = False
    silent: ClassVar[bool] = False

    def __init__(self, title: str, total: int, unit: str) -> None:
        self.title, self.total, self.unit = title, total, unit
        self.done = 0
        self.start = time.monotonic()
        self.drawn: Progress | None = None
        self.task: TaskID | None = None

    def advance(self, steps: int = 1) -> None:
        self.done += steps
        elapsed = time.monotonic() - self.start
        late = elapsed > SHOW_AFTER_S and self.done < self.total
        if self.drawn is None and late and not (_Bar.drawing or _Bar.silent):
            self._open()
        if self.drawn is not None and self.task is not None:
            rate = f"{self.done / elapsed:,.0f} {self.unit}/s"
            self.drawn.update(self.task, completed=self.done, rate=rate)

    def _open(self) -> None:
        columns = (
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            TextColumn("{task.completed:,.0f}/{task.total:,.0f}"),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(compact=True),
            TextColumn("left"),
        )
        console = Console(stderr=True)
        self.drawn = Progress(*columns, console=console, transient=console.is_terminal)
        self.task = self.drawn.add_task(self.title, total=self.total, rate="")
        _Bar.drawing = True
        self.drawn.start()

    def close(self) -> None:
        if self.drawn is not None:
            _Bar.drawing = False
            self.drawn.stop()


def draw_nothing() -> None:
    """Draw no progress in this process from now on: a service's standard error is its log."""
    _Bar.silent = True


@contextmanager
def progress(title: str, total: int, *, unit: str = "steps") -> Iterator[Callable[[int], None]]:
    """Show how far a long piece of work is; call what is given with the number of steps done."""
    bar = _Bar(title, total, unit)
    try:
        yield bar.advance
    finally:
        bar.close()
