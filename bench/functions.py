"""Functions: what their start costs, as a ratio to a bare handler that makes the same clients of boto3."""

import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from bench import artifact, functions_told
from bench.report import Section
from packing.pack import make_ready
from packing.services import literals, our_modules

PROBE: Final = Path(__file__).with_name("probe.py")
BARE: Final = "-"
_ENVIRONMENT: Final = {"SNAPFERRY_SIDE": "source", "AWS_DEFAULT_REGION": "eu-west-1", "AWS_REGION": "eu-west-1"}


@dataclass(frozen=True, slots=True)
class Start:
    """What one start took: the least of several.

    Attributes:
        cpu: Seconds of a processor, for the imports and the clients.
        memory: Bytes at the most.
        modules: How many were imported.
    """

    cpu: float
    memory: int
    modules: int


@dataclass(frozen=True, slots=True)
class Handler:
    """A handler's start beside a bare one's.

    Attributes:
        services: Of boto3, whose clients its modules may make.
        built: As `sam build` leaves it; `packed`: as it is deployed.
    """

    module: str
    services: tuple[str, ...]
    bare: Start
    built: Start
    packed: Start


@dataclass(frozen=True, slots=True)
class Sizes:
    """Bytes of an artifact by its parts, and of its archive."""

    parts: dict[str, int]
    archive: int


def measure(only: Sequence[str] = (), runs: int = 3) -> Section:
    """Start every handler, or those named, in fresh processes, and weigh what is shipped."""
    with tempfile.TemporaryDirectory() as directory:
        built = artifact.put_together(Path(directory) / "built")
        packed = artifact.put_together(Path(directory) / "packed")
        make_ready(packed)
        modules = only or sorted(file.stem for file in artifact.FUNCTIONS.glob("*.py"))
        handlers = [_handler(module, built, packed, runs) for module in modules]
        weighed = [_weigh(built), _weigh(packed)]
    return Section(name="functions", text=functions_told.text(handlers, *weighed), counts=_counts(handlers, weighed))


def _handler(module: str, built: Path, packed: Path, runs: int) -> Handler:
    services = _services(packed, module)
    bare = _start(built, BARE, services, runs)
    return Handler(module, services, bare, *(_start(folder, module, services, runs) for folder in (built, packed)))


def _services(folder: Path, module: str) -> tuple[str, ...]:
    """Return the services of which the modules that a handler imports may make clients."""
    imported = {folder / f"{name.replace('.', '/')}.py" for name in _told(folder, module, ())["modules"]}
    found = {service for file in imported & set(our_modules(folder)) for service in literals(file)}
    return tuple(sorted(found))


@cache
def _start(folder: Path, module: str, services: tuple[str, ...], runs: int) -> Start:
    told = [_told(folder, module, services) for _ in range(runs)]
    return Start(
        cpu=min(one["all"] for one in told),
        memory=min(one["memory"] for one in told),
        modules=len(told[0]["modules"]),
    )


def _told(folder: Path, module: str, services: tuple[str, ...]) -> dict[str, Any]:
    command = [sys.executable, "-I", "-S", "-B", str(PROBE), str(folder), module, ",".join(services)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, env=_ENVIRONMENT)
    told: dict[str, Any] = json.loads(ran.stdout)
    return told


def _weigh(folder: Path) -> Sizes:
    archive = folder.with_suffix(".zip")
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as whole:
        for file in sorted(folder.rglob("*")):
            whole.write(file, file.relative_to(folder))
    return Sizes(artifact.parts(folder), archive.stat().st_size)


def _counts(handlers: Sequence[Handler], weighed: Sequence[Sizes]) -> dict[str, int]:
    counts = {f"{one.module}, modules imported": one.packed.modules for one in handlers}
    for name, sizes in zip(("as built", "as deployed"), weighed, strict=True):
        counts[f"archive {name}, 100 kB"] = round(sizes.archive / 1e5)
    return counts
