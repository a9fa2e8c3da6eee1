"""`python -m commands transfer|delete`: reads what was asked for, and gives the exit code.

0: it is done. 1: it failed, or was refused. 2: it was asked for wrongly. 130: interrupted.
"""

import argparse
import os
import sys
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from commands.account import Account
from commands.deletion import source, target
from commands.deletion.wishes import KEPT, Wishes
from commands.problems import Refused
from commands.screen import Screen
from commands.transfer import run
from commands.transfer.asking import Asked

FAILED: Final = 1
INTERRUPTED: Final = 130


def main(arguments: list[str] | None = None) -> int:
    """Run one command."""
    given = _parser().parse_args(arguments)
    screen = Screen()
    try:
        account = Account.of_session(given.region)
        if given.command == "transfer":
            return run.transfer(account, _asked(given), screen)
        delete = source.delete if given.side == "source" else target.delete
        delete(account, _wishes(given), screen)
    except Refused as refusal:
        screen.problems(str(refusal), refusal.problems)
        return FAILED
    except (BotoCoreError, ClientError) as error:
        screen.say(f"AWS says no: {error}", style="red")
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m commands", description="Work with what is deployed.")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--stack", default="", help="the stack's name, if it is another than the default")
    common.add_argument("--region", default=None, help="the Region, if it is another than the profile's")
    commands = parser.add_subparsers(dest="command", required=True)
    transfer = commands.add_parser("transfer", parents=[common], help="carry a database across, and look until the end")
    what = transfer.add_mutually_exclusive_group(required=True)
    what.add_argument("--database", help="name or ARN of the instance or cluster")
    what.add_argument("--follow", metavar="EXECUTION", help="look at a transfer that runs already: its ARN")
    transfer.add_argument("--snapshot", help='what it starts from: "new", "latest", a name or an ARN')
    transfer.add_argument("--profile", help="the restore profile, if it is another than the database's")
    transfer.add_argument("--no-restore", action="store_true", help="only the snapshot crosses")
    transfer.add_argument("--plan", action="store_true", help="only find out whether it can be")
    deletion = commands.add_parser("delete", parents=[common], help="delete a stack, once nothing of it is open")
    deletion.add_argument("side", choices=["source", "target"])
    deletion.add_argument("--stop", action="store_true", help="stop what runs, instead of waiting for it")
    deletion.add_argument("--kept", choices=KEPT, help="what becomes of kept copies (source)")
    deletion.add_argument("--yes", action="store_true", help="do not ask")
    return parser


def _asked(given: argparse.Namespace) -> Asked:
    return Asked(
        stack=given.stack or source.STACK,
        database=given.database,
        follow=given.follow,
        snapshot=given.snapshot,
        profile=given.profile,
        restore=not given.no_restore,
        plan_only=given.plan,
    )


def _wishes(given: argparse.Namespace) -> Wishes:
    stack = given.stack or (source.STACK if given.side == "source" else target.STACK)
    return Wishes(stack=stack, stop=given.stop, kept=given.kept, yes=given.yes)


if __name__ == "__main__":
    os.environ.setdefault("AWS_RETRY_MODE", "standard")
    sys.exit(main())
