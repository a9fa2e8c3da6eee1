"""All cases: every error that neither a wrong set-up nor a kind of source produces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.runbook import in_fleets, in_the_source, in_the_target

if TYPE_CHECKING:
    from tests.runbook.case import Case

CASES: list[Case] = [*in_the_source.CASES, *in_the_target.CASES, *in_fleets.CASES]

STARTED_AGAIN = {
    "RDS gives the snapshot up",  # while it was made
    "RDS gives the copy up",  # under the transfer key
    "KMS does not take the new key policy",  # from a kept copy, of the source
    "somebody stops the target's execution",  # from a kept copy, of the target
    "a hook fails after the snapshot has crossed",  # when the copy is gone already
    "the snapshot to receive is not shared with the target",  # the target's machines alone
    "the profile lacks a field",
    "somebody else switches in between",
    "the target declines one of the databases",  # of a fleet
    "the lease of a stopped transfer cannot be taken out",
}
SAMPLE: list[Case] = [case for case in CASES if case.situation in STARTED_AGAIN]
"""One for each stage; the others are started again by `make test-long`."""
