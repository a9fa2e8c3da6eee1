"""The one place that writes a key policy.

PutKeyPolicy replaces the whole document and knows neither a version nor a merge (aws-facts 4.3). So there is one writer
per key (a lock), it reads directly before it writes, and reads back until it sees its own document.
"""

import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from snapferry import aws, lease
from snapferry.errors import KeyPolicyEditLost, KeyPolicyNotEditable
from snapferry.lease import Lease, Policy

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

_REFUSED: Final = frozenset(
    {"MalformedPolicyDocumentException", "LimitExceededException", "UnsupportedOperationException"}
)
_PATIENCE: Final = 45.0  # seconds; KMS shows a new policy "usually within seconds"
_PAUSE: Final = 2.0


class KeyPolicy:
    """The policy of one key of the caller's account. Its caller holds the key's lock.

    Args:
        kms: A client.
        key_arn: The key.
    """

    def __init__(self, kms: "KMSClient", key_arn: str) -> None:
        self._kms = kms
        self._key_arn = key_arn

    def read(self) -> Policy:
        """Return the document as KMS shows it now."""
        text = self._kms.get_key_policy(KeyId=self._key_arn, PolicyName="default")["Policy"]
        document: Policy = json.loads(text)
        return document

    def open(self, wanted: Lease) -> Policy:
        """Make sure that a lease stands in the policy; return the document with it.

        Raises:
            KeyPolicyNotEditable: KMS would refuse the document, or has.
            KeyPolicyEditLost: Somebody else wrote at the same moment, and the lease is not in it.
        """
        before = self.read()
        if lease.holds(before, wanted):
            return before
        document = lease.opened(before, wanted)
        self._refuse_what_kms_would(document)
        return self._put(document, lambda seen: lease.holds(seen, wanted))

    def close(self, transfer: str) -> Policy:
        """Make sure that no statement of a transfer stands in the policy; return the document without it.

        Raises:
            KeyPolicyNotEditable: KMS refused; the end time in the statements still ends them.
            KeyPolicyEditLost: Somebody else wrote at the same moment, and put the statements back.
        """
        before = self.read()
        after = lease.closed(before, transfer)
        if lease.same(before, after):
            return before
        return self._put(after, lambda seen: lease.same(seen, lease.closed(seen, transfer)))

    def _refuse_what_kms_would(self, document: Policy) -> None:
        dead = lease.dead_principals(document)
        if dead:
            raise KeyPolicyNotEditable(
                f"The key policy names deleted users or roles ({', '.join(dead)}), so KMS takes no edit of it",
                resource=self._key_arn,
                remedy="remove these ids from the key policy",
            )
        if lease.size(document) > lease.SIZE_LIMIT:
            raise KeyPolicyNotEditable(
                f"The key policy has no room for a lease: {lease.size(document)} of {lease.SIZE_LIMIT} bytes",
                resource=self._key_arn,
                remedy="shorten it, or give this stack a key of its own",
            )

    def _put(self, document: Policy, seen: Callable[[Policy], bool]) -> Policy:
        try:
            self._kms.put_key_policy(KeyId=self._key_arn, PolicyName="default", Policy=lease.encoded(document))
        except ClientError as error:
            if aws.code(error) in _REFUSED:
                raise KeyPolicyNotEditable(
                    f"KMS refused the new policy of {self._key_arn}: {error.response['Error']['Message'].rstrip('.')}",
                    resource=self._key_arn,
                    remedy="see the key policy: its administrators must be able to change it",
                ) from error
            raise
        return self._read_until(seen)

    def _read_until(self, seen: Callable[[Policy], bool]) -> Policy:
        end = time.monotonic() + _PATIENCE
        while not seen(document := self.read()):
            if time.monotonic() > end:
                raise KeyPolicyEditLost(
                    f"The policy of {self._key_arn} does not show what was just written to it",
                    resource=self._key_arn,
                    remedy="find out who else writes this key policy, in CloudTrail (PutKeyPolicy)",
                )
            time.sleep(_PAUSE)
        return document
