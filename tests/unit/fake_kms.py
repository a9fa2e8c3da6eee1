"""One key's policy as KMS keeps it, for tests of what reads and writes it."""

import json
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import ClientError

from snapferry.leasing import lease as leases

if TYPE_CHECKING:
    from collections.abc import Callable

KEY = "arn:aws:kms:eu-west-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab"


class Kms:
    """One key's policy; KMS shows a new one only after a while, and somebody else may write at any moment."""

    def __init__(self, policy: dict[str, Any]) -> None:
        self.written = [leases.encoded(policy)]
        self.reads_until_shown = 0
        self.refusal: str | None = None
        self.message = "No."
        self.before_put: Callable[[], None] = lambda: None
        self.after_put: Callable[[], None] = lambda: None
        self.stale_reads = 0

    @property
    def policy(self) -> dict[str, Any]:
        return cast("dict[str, Any]", json.loads(self.written[-1]))

    def get_key_policy(self, *, KeyId: str, PolicyName: str) -> dict[str, str]:  # noqa: N803 - boto3's names
        assert (KeyId, PolicyName) == (KEY, "default")
        stale = self.stale_reads > 0
        self.stale_reads -= stale
        return {"Policy": self.written[-2 if stale else -1]}

    def put_key_policy(self, *, KeyId: str, PolicyName: str, Policy: str) -> None:  # noqa: N803 - boto3's names
        assert (KeyId, PolicyName) == (KEY, "default")
        if self.refusal:
            raise ClientError({"Error": {"Code": self.refusal, "Message": self.message}}, "PutKeyPolicy")
        self.before_put()
        self.written.append(Policy)
        self.stale_reads = self.reads_until_shown
        self.after_put()
