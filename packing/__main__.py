"""Pack a build directory: `python -m packing <directory> ...`."""

import argparse
from pathlib import Path

from packing.pack import pack


def main() -> None:
    """Pack each directory and say what came of it."""
    parser = argparse.ArgumentParser(prog="packing", description=__doc__)
    parser.add_argument("directory", nargs="+", type=Path, help="where `sam build` has put a stack")
    for directory in parser.parse_args().directory:
        print(f"{directory}: {pack(directory)}")


if __name__ == "__main__":
    main()
