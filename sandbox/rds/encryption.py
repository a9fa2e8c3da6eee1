"""How a database's storage is encrypted, in AWS's three words (since 2026)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.register.rds_sources import SSE_RDS

if TYPE_CHECKING:
    from sandbox.rds.core import Core
    from sandbox.rds.engines import Engine

NONE, SSE_RDS_TYPE, SSE_KMS = "none", "sse-rds", "sse-kms"


def storage_encryption(core: Core, engine: Engine, key_arn: str | None) -> str:
    """The StorageEncryptionType of a new, or restored, database.

    What Aurora's API calls unencrypted lies since 2026-02-18 under a key that AWS owns; older clusters lie in clear.
    """
    if key_arn is not None:
        return SSE_KMS
    owned = engine.is_aurora and not core.settings.aurora_before_2026 and SSE_RDS.holds
    return SSE_RDS_TYPE if owned else NONE
