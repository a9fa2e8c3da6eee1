"""The one place that writes a key policy.

PutKeyPolicy replaces the whole document and knows neither a version nor a merge (aws-facts 4.3). So there is one writer
per key (a lock), it reads directly before it writes, and reads back until it sees its own document. KMS may show an old
document for a while: one that does not agree with the leases on the books is read again.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from snapferry import aws
from snapferry.errors import KeyPolicyEditLost, KeyPolicyLockout, KeyPolicyNotEditable
from snapferry.leasing import lease, policy_checks
from snapferry.leasing.books import Books
from snapferry.leasing.lease import Lease, Policy

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

_REFUSED: Final = frozenset(
    {"MalformedPolicyDocumentException", "LimitExceededException", "UnsupportedOperationException"}
)
_LOCKED_OUT: Final = "will not allow you to update the key policy"  # KMS has one code for all that it dislikes
_PAUSE: Final = 2.0  # seconds between two looks
_STALE_LOOKS: Final = 10
_LOOKS: Final = 22  # KMS shows a new policy "usually within seconds"; both together stay below the function's time-out


@dataclass(frozen=True, slots=True)
class Edit:
    """A key policy after an edit.

    Attributes:
        document: As KMS shows it.
        remarks: What somebody else seems to have done to the policy at the same moment; for people.
        written: Whether it had to be written; else it was as wanted already.
    """

    document: Policy
    remarks: tuple[str, ...] = ()
    written: bool = False


def read_policy(kms: "KMSClient", key_arn: str) -> Policy:
    """Return a key's policy as KMS shows it now."""
    document: Policy = json.loads(kms.get_key_policy(KeyId=key_arn, PolicyName="default")["Policy"])
    return document


class KeyPolicy:
    """The policy of one key of the caller's account. Its caller holds the key's lock.

    Args:
        kms: A client.
        key_arn: The key.
        editor: ARN of the caller's role.
        books: The leases on this key.
    """

    def __init__(self, kms: "KMSClient", key_arn: str, *, editor: str, books: Books) -> None:
        self._kms = kms
        self._key_arn = key_arn
        self._editor = editor
        self._books = books

    def read(self) -> Policy:
        """Return the document; one that does not agree with the books is read again, for a while.

        After that it is believed: somebody may have taken a lease out by hand.
        """
        for _ in range(_STALE_LOOKS):
            if self._books.agree_with(document := self._shown()):
                return document
            time.sleep(_PAUSE)
        return self._shown()

    def open(self, wanted: Lease) -> Edit | None:
        """Make sure that a lease stands in the policy; None if there is no room until another one ends.

        Raises:
            KeyPolicyNotEditable: KMS would refuse the document, or has; a person has to mend it.
            KeyPolicyEditLost: Somebody else wrote at the same moment, and the lease is not in it.
        """
        before = self.read()
        if lease.holds(before, wanted):
            return Edit(before)
        document = lease.opened(before, wanted)
        others_leave_room = policy_checks.has_room(lease.opened(lease.without_leases(before), wanted))
        if others_leave_room and not policy_checks.has_room(document):
            return None
        policy_checks.check(document, self._key_arn, editor=self._editor)
        return self._put(before, document, lambda seen: lease.holds(seen, wanted))

    def close(self, transfer: str) -> Edit:
        """Make sure that no statement of a transfer stands in the policy. It has no reason of its own to refuse.

        Raises:
            KeyPolicyNotEditable: KMS refused; the end time in the statements still ends them.
            KeyPolicyEditLost: Somebody else wrote at the same moment, and put the statements back.
        """
        before = self.read()
        if transfer not in lease.transfers_in(before):
            return Edit(before)
        return self._put(before, lease.closed(before, transfer), lambda seen: transfer not in lease.transfers_in(seen))

    def _shown(self) -> Policy:
        return read_policy(self._kms, self._key_arn)

    def _put(self, before: Policy, document: Policy, seen: Callable[[Policy], bool]) -> Edit:
        try:
            self._kms.put_key_policy(KeyId=self._key_arn, PolicyName="default", Policy=lease.encoded(document))
        except ClientError as error:
            if aws.code(error) in _REFUSED:
                raise self._refusal(error.response["Error"]["Message"].rstrip(".")) from error
            raise
        return self._read_back(before, seen)

    def _refusal(self, said: str) -> KeyPolicyNotEditable:
        return (KeyPolicyLockout if _LOCKED_OUT in said else KeyPolicyNotEditable)(
            f"KMS refused the new policy of {self._key_arn}: {said}",
            resource=self._key_arn,
            remedy="see the key policy: its administrators must be able to change it",
        )

    def _read_back(self, before: Policy, seen: Callable[[Policy], bool]) -> Edit:
        """Read until our own edit shows, and tell what of others came or went meanwhile."""
        passing: list[Policy] = []
        while not seen(document := self._shown()):
            passing.append(document)
            if len(passing) > _LOOKS:
                raise KeyPolicyEditLost(
                    f"The policy of {self._key_arn} does not show what was just written to it",
                    resource=self._key_arn,
                    remedy="find out who else writes this key policy, in CloudTrail (PutKeyPolicy)",
                )
            time.sleep(_PAUSE)
        return Edit(document, tuple(_remarks(before, passing, document)), written=True)


def _remarks(before: Policy, passing: list[Policy], after: Policy) -> list[str]:
    """Say what others did to the policy between our read and our reading back, as far as the reads show it."""
    written = [change for seen in passing for change in lease.changes(before, seen)]
    standing = lease.changes(before, after)
    overwritten = [change for change in written if change not in standing]
    lost = [f"an edit of somebody else at the same moment may be overwritten: {change}" for change in overwritten]
    return list(dict.fromkeys(lost)) + [f"somebody else edited at the same moment: {change}" for change in standing]
