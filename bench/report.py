"""What a bench finds, and how it is written down and compared: `results.md` for people, `results.json` to compare."""

import json
import os
import platform
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from bench import ROOT

FOLDER: Final = ROOT / "bench"
PAGE, COUNTS = "results.md", "results.json"
_PACKAGES: Final = ("boto3", "moto")


@dataclass(frozen=True, slots=True)
class Section:
    """What one bench found.

    Attributes:
        name: Its module's; the first part of each count's name.
        text: Markdown, from its heading on.
        counts: What must not grow, by name.
        plots: SVG texts by file name.
        seeds: What its random numbers were drawn from.
        facts: What another page is worked out from, with what differs from machine to machine: a file of its own.
    """

    name: str
    text: str
    counts: dict[str, int]
    plots: dict[str, str] = field(default_factory=dict)
    seeds: tuple[int, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)


def write(sections: Sequence[Section], folder: Path = FOLDER) -> None:
    """Write all that was found; what another bench found before stays in the counts only if it was run, too."""
    (folder / PAGE).write_text(page(sections), encoding="utf-8")
    (folder / COUNTS).write_text(json.dumps(counts(sections), indent=2, sort_keys=True) + "\n", encoding="utf-8")
    for section in sections:
        if section.facts:
            write_facts(section, folder)
        for name, plot in section.plots.items():
            (folder / name).write_text(plot, encoding="utf-8")


def write_facts(section: Section, folder: Path = FOLDER) -> None:
    """Write a section's facts, beside the page."""
    (folder / f"{section.name}.json").write_text(json.dumps(section.facts, indent=1) + "\n", encoding="utf-8")


def page(sections: Iterable[Section]) -> str:
    """Return the page of all sections, with what they were measured on."""
    told = list(sections)
    seeds = ", ".join(f"{section.name} {seed}" for section in told for seed in section.seeds)
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    machine = f"{platform.system()} {platform.machine()} with {os.cpu_count()} processors"
    return (
        "\n\n".join(
            [
                "# What Snapferry costs on top of AWS's own work",
                "Written by `make bench`; `make bench ARGS=--check` writes nothing and fails where a count has grown.",
                f"Measured on {machine}, Python {platform.python_version()}, {packages}. Seeds: {seeds or 'none'}.",
                *(section.text.strip() for section in told),
            ]
        )
        + "\n"
    )


def counts(sections: Iterable[Section]) -> dict[str, int]:
    """Return the counts of all sections, each under its section's name."""
    return {f"{section.name}: {name}": count for section in sections for name, count in section.counts.items()}


def known(folder: Path = FOLDER) -> dict[str, int]:
    """Return the counts that the repository has; none where there are no results yet."""
    path = folder / COUNTS
    found: dict[str, int] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found


def changes(before: dict[str, int], after: dict[str, int]) -> tuple[list[str], list[str]]:
    """Return what has grown (or is gone, which could hide a growth), and what is smaller or new, as lines to print."""
    grown = [f"{name}: {before[name]} -> {after[name]}" for name in before if after.get(name, 0) > before[name]]
    gone = [f"{name}: {before[name]} -> not measured" for name in before if name not in after]
    less = [
        f"{name}: {before[name]} -> {after[name]}" for name in before if name in after and after[name] < before[name]
    ]
    new = [f"{name}: {after[name]} (new)" for name in after if name not in before]
    return grown + gone, less + new


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table: the first column is text, the others are numbers."""
    rule = ["---", *("--:" for _ in head[1:])]
    return "\n".join("| " + " | ".join(str(cell) for cell in row) + " |" for row in [head, rule, *rows])


def tell(grown: Sequence[str], other: Sequence[str]) -> None:
    """Print what has changed: what has grown to standard error."""
    for line in other:
        print(line)
    for line in grown:
        print(f"GROWN {line}", file=sys.stderr)
