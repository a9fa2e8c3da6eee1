"""One rule of AWS that the sandbox adds on top of moto, and the switch that turns it off."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.protocol import AwsError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.rds.families import Family

# One set for the process, as there is one sandbox in a process: moto's state and the process's time are shared, too.
_switched_off: set[str] = set()


@dataclass(frozen=True)
class Rule:
    """What AWS says, where that is known from, how it answers who breaks it, and which test shows it."""

    id: str
    """`<room>.<subject>.<rule>`."""
    says: str
    """The rule in a sentence."""
    source: str
    """A section of docs/aws-facts.md, or a page of AWS."""
    test: str
    """`test_rds_sharing::test_...`, below tests/sandbox: red when the rule is off."""
    code: str = ""
    """The error's code; empty where nothing is refused, but something happens."""
    cluster_code: str = ""
    """The code for clusters and their snapshots, where RDS has another one."""
    message: str = ""
    """The error's text, with `{words}` to be filled in."""
    setting: str = ""
    """The field of `Unconfirmed`, RDS's or EventBridge's, that decides what AWS's documents leave open."""

    @property
    def holds(self) -> bool:
        """Whether the rule is switched on, as it is unless somebody says otherwise."""
        return self.id not in _switched_off

    def refuse_if(
        self, broken: object, family: Family | None = None, /, *, code: str | None = None, **words: object
    ) -> None:
        """Refuse the call if it breaks the rule, and the rule holds.

        Args:
            broken: the condition.
            family: instances or clusters, for a rule that has a code for each.
            code: instead of the rule's own, where a setting decides.
            **words: what the message speaks of.

        Raises:
            AwsError: with the rule's code and text.
        """
        if broken and self.holds:
            raise self.refusal(family, code=code, **words)

    def refusal(self, family: Family | None = None, /, *, code: str | None = None, **words: object) -> AwsError:
        """The error that the rule answers with; `refuse_if` says what the arguments are."""
        of_cluster = family is not None and family.clustered and self.cluster_code
        return AwsError(code or of_cluster or self.code, self.message.format(**words))

    @property
    def codes(self) -> list[str]:
        """Every code that it answers with."""
        return [code for code in (self.code, self.cluster_code) if code]

    @property
    def node(self) -> str:
        """Its test, as pytest names it."""
        file, name = self.test.split("::")
        return f"tests/sandbox/{file}.py::{name}"


@contextmanager
def switched_off(*ids: str) -> Iterator[None]:
    """Without these rules, as long as the block lasts: for tests, and for whoever wants a laxer sandbox."""
    new = set(ids) - _switched_off
    _switched_off.update(new)
    try:
        yield
    finally:
        _switched_off.difference_update(new)
