"""AWS's rules for KMS on moto's keys: key policies that count, key states, grants, and use by other services."""

from sandbox.kms.keys import KeyNotAccessible
from sandbox.kms.service import Kms
from sandbox.kms.use import Key

__all__ = ["Key", "KeyNotAccessible", "Kms"]
