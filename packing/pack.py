"""What is done to a built stack before it is deployed. Without it everything works, too, but starts later.

* Functions that were built from the same code share one folder, so that one archive is uploaded and not forty.
* boto3 describes some 400 services; those that no function has a client of are left out.
* Python's bytecode is shipped. Lambda's file system is read-only: without it, every cold start compiles every module.
"""

import compileall
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from py_compile import PycInvalidationMode
from typing import Any

import yaml

from packing.services import services_used

TASK_ROOT = "/var/task"
type Template = dict[str, Any]


class WrongPython(Exception):
    """The runtime's Python is not this one, and would not read its bytecode."""


@dataclass(frozen=True, slots=True)
class Packed:
    """What packing has come to; sizes in bytes, of all folders together."""

    functions: int
    folders: int
    before: int
    after: int

    def __str__(self) -> str:
        """Tell it in one line."""
        shared = f"{self.functions} functions in {self.folders} folder{'s' if self.folders > 1 else ''}"
        return f"{shared}, {self.before / 1e6:.1f} MB -> {self.after / 1e6:.1f} MB"


def pack(directory: Path) -> Packed:
    """Pack one built stack in place; doing it twice changes nothing.

    Args:
        directory: Holds the built `template.yaml` and a folder for each function.

    Raises:
        WrongPython: Run by another Python than the template's runtime.
    """
    file = directory / "template.yaml"
    template: Template = yaml.safe_load(file.read_text(encoding="utf-8"))
    functions = [each for each in template["Resources"].values() if each["Type"] == "AWS::Serverless::Function"]
    _check_python(template, functions)
    before = _size(directory)
    _share(directory, [function["Properties"] for function in functions])
    file.write_text(yaml.safe_dump(template, sort_keys=False), encoding="utf-8")
    folders = {directory / function["Properties"]["CodeUri"] for function in functions}
    for folder in folders:
        make_ready(folder)
    return Packed(len(functions), len(folders), before, _size(directory))


def make_ready(folder: Path) -> None:
    """Leave out of one built function what it never reads, and compile the rest."""
    _leave_out_services(folder)
    _compile(folder)


def _check_python(template: Template, functions: list[Template]) -> None:
    shared = template.get("Globals", {}).get("Function", {})
    wanted = {function["Properties"].get("Runtime", shared.get("Runtime")) for function in functions}
    mine = f"python{sys.version_info.major}.{sys.version_info.minor}"
    if wanted != {mine}:
        raise WrongPython(f"the functions run on {', '.join(sorted(map(str, wanted)))}, and this is {mine}")


def _share(directory: Path, functions: list[Template]) -> None:
    """Let functions with the same files have the same folder, and delete the others."""
    kept: dict[frozenset[tuple[str, int, int]], str] = {}
    for function in functions:
        own = function["CodeUri"]
        if not (directory / own).is_dir():
            continue  # it was found to be like another one's
        function["CodeUri"] = kept.setdefault(_fingerprint(directory / own), own)
        if function["CodeUri"] != own:
            shutil.rmtree(directory / own)


def _fingerprint(folder: Path) -> frozenset[tuple[str, int, int]]:
    """Return what SAM has copied there: names, sizes and times; it keeps the times of what it copies."""
    return frozenset(
        (str(file.relative_to(folder)), file.stat().st_size, file.stat().st_mtime_ns)
        for file in folder.rglob("*")
        if file.is_file()
    )


def _leave_out_services(folder: Path) -> None:
    for data in (folder / "botocore" / "data", folder / "boto3" / "data"):
        if data.is_dir():
            for service in data.iterdir():
                if service.is_dir() and service.name not in services_used(folder):
                    shutil.rmtree(service)
    shutil.rmtree(folder / "boto3" / "examples", ignore_errors=True)


def _compile(folder: Path) -> None:
    """Compile everything; the bytecode is believed unseen, for an archive's times say nothing."""
    compileall.compile_dir(
        folder,
        quiet=2,  # tests and templates of packages may not be for this Python
        stripdir=str(folder),
        prependdir=TASK_ROOT,
        invalidation_mode=PycInvalidationMode.UNCHECKED_HASH,
    )


def _size(directory: Path) -> int:
    return sum(file.stat().st_size for file in directory.rglob("*") if file.is_file())
