"""Restore profiles: JSON in Parameter Store, edited by the target's own people without a deployment."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from snapferry import aws
from snapferry.contracts.incoming import Profile
from snapferry.errors import ProfileInvalid, ProfileNotFound
from snapferry.target.profile_checks import read_profile

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

DEFAULT: Final = "default"
_NOT_FOUND: Final = "ParameterNotFound"


@dataclass(frozen=True, slots=True)
class Profiles:
    """The restore profiles below one prefix.

    Args:
        ssm: A client.
        prefix: Such as ``/snapferry/profiles``.
    """

    ssm: "SSMClient"
    prefix: str

    def find(self, *, database: str, named: str | None) -> Profile:
        """Return the profile that was named; else the database's own; else the default one.

        Raises:
            ProfileNotFound: There is none.
            ProfileInvalid: It has mistakes; the message lists all.
        """
        candidates = [named] if named else [database, DEFAULT]
        for name in candidates:
            text = self._text(name)
            if text is not None:
                return self._parsed(name, text)
        paths = " nor ".join(self._path(name) for name in candidates)
        raise ProfileNotFound(
            f"There is no restore profile {paths} in Parameter Store",
            resource=self._path(candidates[0]),
            remedy="put one there; docs/schemas/profile.json says what it holds, with an example",
        )

    def _text(self, name: str) -> str | None:
        try:
            return self.ssm.get_parameter(Name=self._path(name))["Parameter"]["Value"]
        except ClientError as error:
            if aws.code(error) == _NOT_FOUND:
                return None
            raise

    def _parsed(self, name: str, text: str) -> Profile:
        try:
            profile, found = read_profile(json.loads(text))
        except ValueError as error:
            profile, found = None, [f"it is no JSON: {error}"]
        if profile is not None:
            return profile
        raise ProfileInvalid(
            f"Restore profile {self._path(name)} is not valid: {'; '.join(found)}",
            resource=self._path(name),
            remedy="mend the parameter; docs/schemas/profile.json says what it holds; make validate-profile tells all",
        )

    def _path(self, name: str) -> str:
        return f"{self.prefix}/{name}"
