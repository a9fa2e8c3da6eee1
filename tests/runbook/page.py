"""docs/runbook.md, taken apart: its entries, its table, and the commands of the AWS CLI in it."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from functools import cache

from sandbox.stage import ROOT

PAGE = ROOT / "docs" / "runbook.md"
KINDS = ("access", "kept copy", "snapshot", "target's copy", "database")
"""What an entry may name as left: the kinds of `Scene.left`."""

_ENTRY = re.compile(r"^### (?P<name>\S+)\n(?P<text>.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)
_FIELD = re.compile(r"^\* \*\*(?P<name>\w+)\.\*\* (?P<text>.*?)(?=^\* |\Z)", re.MULTILINE | re.DOTALL)
_ROW = re.compile(
    r"^\| \[(?P<name>[\w.]+)\]\(#(?P<anchor>[\w-]+)\) \| (?P<meaning>.+) \| (?P<who>.+) \|$", re.MULTILINE
)
_CODE = re.compile(r"```console\n(?P<block>.*?)```|(?<!`)`(?P<span>aws [^`]+)`", re.DOTALL)
_ALARMS = "\n## Alarms\n"


@dataclass(frozen=True)
class Entry:
    """One error, or one alarm.

    Attributes:
        fields: `Happened`, `Left`, `Do` and, where it is not as usual, `Again`; each in one line.
    """

    name: str
    fields: dict[str, str]

    @property
    def may_leave(self) -> frozenset[str]:
        """What it says may be left: the kinds that its first sentence names."""
        said = re.split(r"\.(?:\s|$)", self.fields["Left"])[0].lower()
        return frozenset(kind for kind in KINDS if kind in said)


@dataclass(frozen=True)
class Row:
    """One line of the table of all names."""

    name: str
    anchor: str
    meaning: str
    who: str


def text() -> str:
    """The whole page."""
    return PAGE.read_text(encoding="utf-8")


@cache
def entries() -> dict[str, Entry]:
    """Every entry but the alarms', by name."""
    return _entries(text().partition(_ALARMS)[0])


def alarms() -> dict[str, Entry]:
    """The alarms' entries, by name."""
    return _entries(text().partition(_ALARMS)[2])


def rows() -> list[Row]:
    """The table of all names."""
    return [Row(**match.groupdict()) for match in _ROW.finditer(text())]


def anchors() -> set[str]:
    """The anchors that GitHub makes of the page's headings."""
    headings = re.findall(r"^#+ (.+)$", text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


def commands() -> list[list[str]]:
    """Every command of the AWS CLI, as a shell takes it apart."""
    found = []
    for match in _CODE.finditer(text()):
        block = (
            match["block"].replace("\\\n", " ").splitlines() if match["block"] else [match["span"].replace("\n", " ")]
        )
        lines = (line.strip().removeprefix("$ ") for line in block)
        found += [shlex.split(line) for line in lines if line.startswith("aws ")]
    return found


def _entries(part: str) -> dict[str, Entry]:
    return {
        match["name"]: Entry(
            match["name"], {each["name"]: " ".join(each["text"].split()) for each in _FIELD.finditer(match["text"])}
        )
        for match in _ENTRY.finditer(part)
    }
