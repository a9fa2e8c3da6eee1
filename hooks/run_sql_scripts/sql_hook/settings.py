"""The function's environment, which template-hooks.yaml sets."""

import os
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where the scripts are, and whom to trust.

    Attributes:
        bucket: Of the scripts and of the bundle.
        prefix: Before every script's name.
        ca_bundle_key: Key of RDS's certificate authorities; empty where the database speaks no TLS, as in the sandbox.
    """

    bucket: str
    prefix: str
    ca_bundle_key: str

    @classmethod
    def read(cls) -> Self:
        """Return what the template has set."""
        verified = os.environ["TLS"] != "off"
        return cls(
            bucket=os.environ["SCRIPTS_BUCKET"],
            prefix=os.environ["SCRIPTS_PREFIX"],
            ca_bundle_key=os.environ["CA_BUNDLE_KEY"] if verified else "",
        )
