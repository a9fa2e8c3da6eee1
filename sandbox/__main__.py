"""The sandbox's command line: `python -m sandbox demo`, `python -m sandbox serve`."""

from __future__ import annotations

import argparse
import sys

from sandbox.demo import tell_story
from sandbox.stage import ENGINES, UnknownEngine

INTERRUPTED = 130


def main(arguments: list[str] | None = None) -> int:
    """Run a command; gives the process's exit code."""
    parser = _parser()
    given = parser.parse_args(arguments)
    try:
        return tell_story(given.engine)
    except UnknownEngine as error:
        parser.error(str(error))
    except KeyboardInterrupt:
        return INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    demo = commands.add_parser("demo", help="tell the reference story and prove it")
    demo.add_argument("--engine", help=f"one of {', '.join(ENGINES)}")
    return parser


if __name__ == "__main__":
    sys.exit(main())
