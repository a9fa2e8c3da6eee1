"""A line chart as SVG, both axes logarithmic; no library, so that the same numbers give the same file."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

_COLOURS: Final = ("#0b6e99", "#d9730d", "#6940a5", "#448361", "#ad1a72", "#787774", "#c29343")
_WIDTH, _HEIGHT = 840, 460
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 610, 40, 410  # the frame; to the right of it stand the lines' names

_MIDDLE: Final = (_TOP + _BOTTOM) / 2
_LETTERS: Final = 'font-family="sans-serif" font-size="12" fill="#333"'


@dataclass(frozen=True, slots=True)
class Line:
    """A line and its name; `points` are (x, y), both above 0."""

    name: str
    points: Sequence[tuple[float, float]]
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis: its title, and the values with a word each that are marked; the first and the last are its ends."""

    title: str
    marks: Sequence[tuple[float, str]]

    def place(self, value: float) -> float:
        """Return where a value lies, 0 to 1; what lies outside is put at the end."""
        low, high = math.log(self.marks[0][0]), math.log(self.marks[-1][0])
        return min(1.0, max(0.0, (math.log(value) - low) / (high - low)))


def chart(title: str, across: Axis, up: Axis, lines: Sequence[Line]) -> str:
    """Return the chart as an SVG text."""
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" {_LETTERS}>',
            f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>',
            f'<text x="{_LEFT}" y="22" font-size="15">{escape(title)}</text>',
            *(_mark_across(across.place(value), word) for value, word in across.marks),
            *(_mark_up(up.place(value), word) for value, word in up.marks),
            f'<text x="{(_LEFT + _RIGHT) / 2}" y="{_BOTTOM + 40}" text-anchor="middle">{escape(across.title)}</text>',
            f'<text text-anchor="middle" transform="translate(16 {_MIDDLE}) rotate(-90)">{escape(up.title)}</text>',
            *(_line(number, line, across, up) for number, line in enumerate(lines)),
            "</svg>\n",
        ]
    )


def _mark_across(place: float, word: str) -> str:
    x = _LEFT + place * (_RIGHT - _LEFT)
    return (
        f'<path d="M{x:.1f} {_TOP}V{_BOTTOM}" stroke="#ddd"/>'
        f'<text x="{x:.1f}" y="{_BOTTOM + 18}" text-anchor="middle">{escape(word)}</text>'
    )


def _mark_up(place: float, word: str) -> str:
    y = _BOTTOM - place * (_BOTTOM - _TOP)
    return (
        f'<path d="M{_LEFT} {y:.1f}H{_RIGHT}" stroke="#ddd"/>'
        f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{escape(word)}</text>'
    )


def _line(number: int, line: Line, across: Axis, up: Axis) -> str:
    colour, y = _COLOURS[number % len(_COLOURS)], _TOP + 12 + 20 * number
    dash = ' stroke-dasharray="6 4"' if line.dashed else ""
    points = " ".join(
        f"{_LEFT + across.place(x) * (_RIGHT - _LEFT):.1f},{_BOTTOM - up.place(value) * (_BOTTOM - _TOP):.1f}"
        for x, value in line.points
    )
    return (
        f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.8"{dash}/>'
        f'<path d="M{_RIGHT + 14} {y}h22" stroke="{colour}" stroke-width="3"{dash}/>'
        f'<text x="{_RIGHT + 42}" y="{y + 4}">{escape(line.name)}</text>'
    )
