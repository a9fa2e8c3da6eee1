"""The section about functions, in words and tables."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Final

from bench.report import table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.functions import Handler, Sizes

_HEAD: Final = """## Functions

A cold start imports a handler's modules and makes its clients. Each handler does so here in fresh processes (the least
of three), beside a **bare handler** that imports boto3 and makes the same clients, no more. Seconds are of this
machine's processor; ratios are what carries over. *Built* is what `sam build` leaves; *deployed* is that after `make
build` has packed it: Lambda's file system is read-only, so without bytecode in the archive every cold start compiles
every module anew."""

_SIZES: Final = """### What is shipped

One archive for all functions of a stack. Packing leaves out what boto3 knows of services that no function has a client
of, and adds the bytecode; bytes as they are unpacked."""


def text(handlers: Sequence[Handler], built: Sizes, packed: Sizes) -> str:
    """Return the section."""
    return "\n\n".join([_HEAD, _summary(handlers), _starts(handlers), _SIZES, _sizes(built, packed)])


def _summary(handlers: Sequence[Handler]) -> str:
    starts = {
        "built": [(one.built, one.bare) for one in handlers],
        "deployed": [(one.packed, one.bare) for one in handlers],
    }
    rows = []
    for name, pairs in starts.items():
        cpu = [start.cpu / bare.cpu for start, bare in pairs]
        memory = [start.memory / bare.memory for start, bare in pairs]
        rows.append([name, f"{median(cpu):.2f}", f"{max(cpu):.2f}", f"{median(memory):.2f}", f"{max(memory):.2f}"])
    return table(["All handlers over the bare one", "start, median", "worst", "memory, median", "worst"], rows)


def _starts(handlers: Sequence[Handler]) -> str:
    head = ["Handler", "clients", "bare s", "built s", "deployed s", "built / bare", "deployed / bare", "memory / bare"]
    rows = [
        [
            f"`{one.module}`",
            ", ".join(one.services),
            f"{one.bare.cpu:.2f}",
            f"{one.built.cpu:.2f}",
            f"{one.packed.cpu:.2f}",
            f"{one.built.cpu / one.bare.cpu:.2f}",
            f"{one.packed.cpu / one.bare.cpu:.2f}",
            f"{one.packed.memory / one.bare.memory:.2f}",
            one.packed.modules,
        ]
        for one in handlers
    ]
    return table([*head, "modules"], rows)


def _sizes(built: Sizes, packed: Sizes) -> str:
    rows = [[name, _megabytes(size), _megabytes(packed.parts.get(name, 0))] for name, size in built.parts.items()]
    rows.append(["**together**", _megabytes(sum(built.parts.values())), _megabytes(sum(packed.parts.values()))])
    rows.append(["**archive**", _megabytes(built.archive), _megabytes(packed.archive)])
    return table(["MB", "built", "deployed"], rows)


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f}"
