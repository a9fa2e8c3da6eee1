"""Everything that stands in the way, all at once: a check that refuses is noted, and the next one is made.

A check that needs what an earlier one could not find is left out by its caller: without a database there is no question
of its encryption.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Self

from snapferry import aws
from snapferry.errors import GiveUp, TransferNotPossible


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that stands in the way of a transfer (``contracts.FindingFacts``).

    Attributes:
        side: Which account it was found in, such as "source account 111111111111".
        error: The name of the error that says the same where it stands alone.
    """

    side: str
    error: str
    what: str
    resource: str
    remedy: str

    @classmethod
    def of(cls, refused: GiveUp) -> Self:
        """Return an error as a finding."""
        return cls(
            side=refused.side,
            error=type(refused).__name__,
            what=refused.what,
            resource=refused.resource,
            remedy=refused.remedy,
        )

    def as_json(self) -> dict[str, str]:
        """Return it as it stands in an event or in a function's result."""
        return asdict(self)


@dataclass(slots=True)
class Findings:
    """What the checks of one account have found.

    Args:
        side: Which account they are made in, such as "source account 111111111111".
    """

    side: str
    refusals: list[GiveUp] = field(default_factory=list)

    def check[T](self, look: Callable[[], T]) -> T | None:
        """Make one check and return what it returns; None if it refuses.

        A refusal of AWS's, such as a right that the function lacks, is a finding too.

        Raises:
            RetryLater: AWS asks to try again; nothing is known then.
        """
        try:
            return look()
        except GiveUp as refused:
            self.add(refused)
        except aws.FAILURES as failure:
            meaning = aws.translated(failure)
            if not isinstance(meaning, GiveUp):
                raise meaning from failure
            self.add(meaning)
        return None

    def add(self, *refusals: GiveUp) -> None:
        """Note what a check refused; one that refuses for several reasons counts as several."""
        for refused in refusals:
            if isinstance(refused, TransferNotPossible):
                self.add(*refused.reasons)
            else:
                refused.side = self.side
                self.refusals.append(refused)

    def facts(self) -> list[Finding]:
        """Return everything that was found."""
        return [Finding.of(refused) for refused in self.refusals]

    def raise_any(self) -> None:
        """Refuse if there is any finding: with its own error if it is the only one.

        Raises:
            GiveUp: The only finding.
            TransferNotPossible: Several; its message lists them all.
        """
        if len(self.refusals) == 1:
            raise self.refusals[0]
        if self.refusals:
            raise TransferNotPossible(listed(self.refusals), reasons=tuple(self.refusals))


def listed(refusals: Sequence[GiveUp]) -> str:
    """Return several refusals as one numbered sentence, each with its error's name, its resource and its remedy."""
    told = " ".join(
        f"({number}) {type(refused).__name__}: {refused.told()}" for number, refused in enumerate(refusals, start=1)
    )
    return f"{len(refusals)} things stand in the way: {told}".rstrip(".")
