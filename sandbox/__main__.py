"""The sandbox's command line: `python -m sandbox demo`, `python -m sandbox serve`."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

from sandbox.demo import tell_story
from sandbox.serve import DEFAULT_PORT, DEFAULT_SPEED, serve
from sandbox.server import AddressTakenError
from sandbox.stage import ENGINES, UnknownEngine

INTERRUPTED = 130
HIGHEST_PORT = 65_535
_LISTEN = "a further address of this machine, such as Docker's bridge, for sam local; may be given again"


def main(arguments: list[str] | None = None) -> int:
    """Run a command; gives the process's exit code."""
    parser = _parser()
    given = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that it, too, leaves nothing behind
    try:
        if given.command == "demo":
            return tell_story(given.engine, masking=given.sanitise)
        serve(given.port, given.speed, given.engine, given.directory, listen=given.listen, trail=given.trail)
    except (UnknownEngine, AddressTakenError) as error:
        parser.error(str(error))
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="Two AWS accounts on this machine.")
    commands = parser.add_subparsers(dest="command", required=True)
    engine = argparse.ArgumentParser(add_help=False)
    engine.add_argument("--engine", help=f"of the database: one of {', '.join(ENGINES)}")
    demo = commands.add_parser("demo", parents=[engine], help="tell the reference story, and prove it")
    demo.add_argument("--sanitise", action="store_true", help="mask the users' names before anybody may connect")
    server = commands.add_parser("serve", parents=[engine], help="keep both accounts running, until Ctrl-C")
    server.add_argument("--port", type=_port, default=DEFAULT_PORT, help="on 127.0.0.1; 0 takes a free one")
    server.add_argument("--listen", action="append", default=[], metavar="ADDRESS", help=_LISTEN)
    server.add_argument("--trail", action="store_true", help="write all calls to trail.jsonl, as CloudTrail would")
    server.add_argument("--speed", type=_speed, default=DEFAULT_SPEED, help="times as fast as the wall's time")
    server.add_argument("--directory", type=Path, default=Path(".sandbox"), help="gets the AWS config file")
    return parser


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > HIGHEST_PORT:
        raise argparse.ArgumentTypeError(f"{text} is no port: 0 to {HIGHEST_PORT}")
    return int(text)


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0 < speed < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is no speed: a number above 0")
    return speed


if __name__ == "__main__":
    sys.exit(main())
