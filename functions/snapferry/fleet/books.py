"""What a fleet keeps in S3: which databases it wants, what became of each. Everything lies below ``fleets/<id>/``.

An execution's input and output end at 256 KiB (aws-facts 6.1); a list of databases need not.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from snapferry import aws
from snapferry.errors import InvalidInput

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PLAN: Final = "plan.json"
SUMMARY: Final = "summary.json"
TABLE: Final = "summary.txt"

_MISSING: Final = frozenset({"NoSuchKey", "AccessDenied"})  # without s3:ListBucket, S3 says it in the other word


@dataclass(frozen=True, slots=True)
class Books:
    """The files of one fleet.

    Args:
        s3: A client.
        bucket: The stack's.
        fleet: The fleet's id.
    """

    s3: "S3Client"
    bucket: str
    fleet: str

    def key(self, name: str) -> str:
        """Return where a file of the fleet lies in the bucket."""
        return f"fleets/{self.fleet}/{name}"

    def write(self, name: str, value: object) -> None:
        """Write a file: JSON, or a text as it is."""
        text = value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
        self.s3.put_object(Bucket=self.bucket, Key=self.key(name), Body=text.encode())

    def read(self, name: str) -> Any:
        """Return what a JSON file says; None if it is not there."""
        return self._read(self.key(name))

    def results(self, manifest: str) -> Iterator[dict[str, Any]]:
        """Yield what Step Functions has written of each child of a Distributed Map.

        Args:
            manifest: Key of the file that names those of the children that ended well, badly, or never began.
        """
        files = self._read(manifest)["ResultFiles"]
        for file in (each for status in ("SUCCEEDED", "FAILED") for each in files[status]):
            yield from self._read(file["Key"])

    def named(self, key: str) -> list[str]:
        """Return the list of databases that somebody has put into the bucket.

        Raises:
            InvalidInput: It is not there, or is none.
        """
        try:
            found = self._read(key)
        except ValueError:
            found = None
        if not isinstance(found, list) or not found or not all(isinstance(each, str) for each in found):
            raise InvalidInput(
                f"s3://{self.bucket}/{key} is not there, or is no list of names as JSON (databases_in)",
                resource=f"s3://{self.bucket}/{key}",
                remedy='put a file such as ["example-db", "orders"] there',
            )
        return found

    def _read(self, key: str) -> Any:
        try:
            body = self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()
        except ClientError as error:
            if aws.code(error) in _MISSING:
                return None
            raise
        return json.loads(body)
