"""What is shipped with a function, put together without a network: the packages as they are installed here."""

import re
import shutil
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path
from typing import Final

from bench import ROOT

FUNCTIONS: Final = ROOT / "functions"


def put_together(folder: Path) -> Path:
    """Copy our modules and their pinned requirements, as `sam build` does: without bytecode; gives the folder."""
    shutil.copytree(FUNCTIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name in requirements():
        for file in distribution(name).files or []:
            source, inside = Path(str(file.locate())), ".." not in file.parts and "__pycache__" not in file.parts
            if inside and source.is_file():
                (folder / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, folder / file)
    return folder


def requirements() -> Iterator[str]:
    """Yield the names of all packages that are shipped."""
    for line in (FUNCTIONS / "requirements.txt").read_text(encoding="utf-8").splitlines():
        found = re.match(r"([A-Za-z0-9._-]+)==", line)
        if found:
            yield found[1]


def parts(folder: Path) -> dict[str, int]:
    """Return the bytes of each package and of our own modules, the largest first."""
    sizes: dict[str, int] = {}
    for entry in folder.iterdir():
        name = "our own" if entry.name == "snapferry" or (FUNCTIONS / entry.name).is_file() else entry.name
        if name.endswith((".dist-info", ".data")):
            name = "about the packages"
        sizes[name] = sizes.get(name, 0) + size(entry)
    return dict(sorted(sizes.items(), key=lambda item: -item[1]))


def size(path: Path) -> int:
    """Return the bytes of a file, or of all files of a folder."""
    if path.is_file():
        return path.stat().st_size
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
