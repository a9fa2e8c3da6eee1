"""What a person sees: lines that stay, and at a terminal one below them that tells what is going on now.

Without a terminal there are only lines, each once, so that a log of CI can be read.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.status import Status
from rich.text import Text

from commands.problems import Problem

MARGIN = "  "


def _console() -> Console:
    return Console(highlight=False, markup=False, soft_wrap=True)


@dataclass
class Now:
    """The line that tells what is going on."""

    console: Console
    status: Status | None
    """None without a terminal."""
    _said: str = ""

    def tell(self, what: str, detail: str = "") -> None:
        """Show what is waited for, and how far it is; without a terminal each `what` is a line, once."""
        if self.status is not None:
            self.status.update(Text(f"{what}  {detail}".rstrip()))
        elif what != self._said:
            self.console.print(Text(f"{MARGIN}{what}"))
        self._said = what


@dataclass
class Screen:
    """A terminal, or a file."""

    console: Console = field(default_factory=_console)

    def say(self, text: str = "", style: str = "") -> None:
        """Print a line that stays."""
        self.console.print(Text(text, style=style))

    def facts(self, facts: Sequence[tuple[str, str]]) -> None:
        """Print names and what they stand for, below each other."""
        width = max((len(name) for name, _ in facts), default=0)
        for name, fact in facts:
            self.console.print(Text.assemble((f"{MARGIN}{name:<{width}}  ", "dim"), fact))

    def problems(self, message: str, problems: Sequence[Problem]) -> None:
        """Print what stands in the way, and what to do about each."""
        self.say(message, style="bold red")
        for each in problems:
            self.say(f"{MARGIN}* {each.what}")
            self.say(f"{MARGIN}  What to do: {each.remedy}")

    @contextmanager
    def now(self) -> Iterator[Now]:
        """Keep a line below all others for as long as the block runs."""
        if not self.console.is_terminal:
            yield Now(self.console, None)
            return
        with self.console.status("") as status:
            yield Now(self.console, status)

    def confirms(self, question: str, word: str) -> bool:
        """Ask for a word, which has to be typed; without a terminal nobody confirms."""
        return self.console.is_terminal and self.console.input(Text(question)).strip() == word
