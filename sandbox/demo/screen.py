"""Where the story is written: a live view in a terminal, plain lines anywhere else."""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from rich.console import Console
from rich.live import Live
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType

PLAIN_WIDTH = 100
REFRESH_SECONDS = 0.05


def wants_colour(stream: TextIO) -> bool:
    """Whether a stream is a terminal whose owner takes colours and moving parts; see https://no-color.org."""
    capable = os.environ.get("TERM", "") not in ("", "dumb")
    return stream.isatty() and capable and not os.environ.get("NO_COLOR")


class Screen:
    """Lines that stay, and, in a terminal, a few below them that change."""

    def __init__(self, stream: TextIO = sys.stdout) -> None:
        self.live = wants_colour(stream)
        # The process's time is virtual, except for the performance counter.
        self._console = (
            Console(file=stream, highlight=False, get_time=time.perf_counter)
            if self.live
            else Console(file=stream, highlight=False, color_system=None, force_terminal=False, width=PLAIN_WIDTH)
        )
        self._moving: Live | None = None
        self._drawn = 0.0

    @property
    def width(self) -> int:
        """Columns."""
        return self._console.width

    def say(self, *parts: str | tuple[str, str]) -> None:
        """Write a line; each part is a text, or a text and its style. Words are wrapped in a terminal only."""
        self._console.print(Text.assemble(*parts), soft_wrap=not self.live)

    def heading(self, text: str) -> None:
        """Write a line that begins a part, with an empty one before it."""
        self.say()
        self.say((text, "bold"))

    def table(self, names: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Write a few rows under their names."""
        cells = [[str(cell) for cell in row] for row in (names, *rows)]
        widths = [max(len(row[column]) for row in cells) for column in range(len(names))]
        for number, row in enumerate(cells):
            line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            self.say(("    " + line, "dim" if number == 0 else ""))

    @contextmanager
    def moving(self) -> Iterator[None]:
        """In here `draw` has an effect; what it drew last disappears at the end."""
        if not self.live:
            yield
            return
        with Live(console=self._console, auto_refresh=False, transient=True) as self._moving:
            yield
        self._moving = None

    def draw(self, picture: RenderableType, *, now: bool) -> None:
        """Replace the changing part; if it need not be now, not more often than the eye can follow."""
        moment = time.perf_counter()
        if self._moving is not None and (now or moment - self._drawn >= REFRESH_SECONDS):
            self._drawn = moment
            self._moving.update(picture, refresh=True)
