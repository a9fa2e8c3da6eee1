"""What the demo writes on a terminal, and where there is none."""

from __future__ import annotations

import io

import pytest
from rich.text import Text

from sandbox.demo.screen import Screen, wants_colour
from sandbox.demo.words import duration, elapsed, shortened


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def capable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("NO_COLOR", raising=False)


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb"), ("TERM", "")])
def test_a_terminal_whose_owner_wants_no_colour_gets_plain_lines(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    written = written_on(Terminal())
    assert "\x1b" not in written
    assert "moving" not in written


def test_a_file_gets_plain_lines_that_are_not_broken() -> None:
    assert written_on(io.StringIO()) == f"first\n{'word ' * 40}\nlast\n"


def test_a_terminal_sees_what_moves_and_keeps_what_was_said() -> None:
    terminal = Terminal()
    assert wants_colour(terminal)
    written = written_on(terminal)
    assert "moving" in written
    assert written.index("first") < written.index("last")
    assert written.count("\x1b[?25l") == written.count("\x1b[?25h") == 1  # the cursor comes back


def written_on(stream: io.StringIO) -> str:
    screen = Screen(stream)
    screen.say(("first", "bold red"))
    with screen.moving():
        screen.draw(Text("moving"), now=True)
        screen.say("word " * 40)
    screen.draw(Text("too late"), now=True)
    screen.say("last")
    assert "too late" not in stream.getvalue()
    return stream.getvalue()


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0 s"), (59.6, "1 min 0 s"), (3191, "53 min 11 s"), (8822, "2 h 27 min")]
)
def test_lengths_of_time_in_words(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_time_since_the_start_is_cut_to_seconds() -> None:
    assert elapsed(8822.9) == "2:27:02"


@pytest.mark.parametrize("longest", [5, 6, 7])
def test_a_long_name_keeps_its_ends(longest: int) -> None:
    cut = shortened("sf-example-db", longest)
    assert len(cut) == longest
    assert cut.startswith("sf")
    assert cut.endswith("db")
    assert shortened("short", 5) == "short"
