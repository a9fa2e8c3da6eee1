"""`make delete-source` and its likes, run inside the tests' process: on the sandbox's time, into a text."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rich.console import Console

from commands.account import Account as Runner
from commands.deletion import source, target
from commands.deletion.wishes import Wishes
from commands.problems import Refused
from commands.screen import Screen
from commands.transfer import run
from commands.transfer.asking import Asked
from sandbox.accounts import REGION

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.accounts import Account
    from sandbox.world import Sandbox


LEAST_PAUSE = 300.0  # virtual seconds: a transfer takes hours, and each look of a command some calls


@dataclass
class Terminal:
    """One account's, without a person at it."""

    sandbox: Sandbox
    account: Account
    meanwhile: list[Callable[[], object]] = field(default_factory=list)
    """Done one by one, each while the command pauses."""
    _file: io.StringIO = field(default_factory=io.StringIO)

    def __post_init__(self) -> None:
        self.screen = Screen(Console(file=self._file, highlight=False, markup=False, soft_wrap=True))
        self.runner = Runner(
            self.account.id, REGION, lambda service: self.sandbox.client(service, self.account), self._pause
        )

    @property
    def text(self) -> str:
        """All that was printed."""
        return self._file.getvalue()

    def delete(self, *, side: str = "", **wishes: Any) -> None:
        """Delete the account's stack, or another as if it were a `side`'s; Refused if it is not done."""
        kind = {"source": source, "target": target}[side or self.account.profile]
        given = {"stack": f"snapferry-{self.account.profile}", "yes": True, **wishes}
        kind.delete(self.runner, Wishes(**given), self.screen)

    def refusal(self, **wishes: Any) -> str:
        """What `delete` says when it refuses, all problems and remedies."""
        try:
            self.delete(**wishes)
        except Refused as refused:
            return "\n".join([str(refused), *(f"{each.what}: {each.remedy}" for each in refused.problems)])
        raise AssertionError("the stack was deleted")

    def transfer(self, **asked: Any) -> int:
        """Carry a database across; the exit code."""
        return run.transfer(self.runner, Asked(stack="snapferry-source", **asked), self.screen)

    def _pause(self, seconds: float) -> None:
        if self.meanwhile:
            self.meanwhile.pop(0)()
        self.sandbox.clock.run(limit=max(seconds, LEAST_PAUSE))
