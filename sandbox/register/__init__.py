"""Every rule of AWS that the sandbox adds on top of moto, once: source, code, test. The code that keeps it names it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sandbox.register import (
    definitions,
    doors,
    events,
    functions,
    iam,
    kms_keys,
    kms_policies,
    map_runs,
    parameters,
    rds_backups,
    rds_copies,
    rds_databases,
    rds_names,
    rds_options,
    rds_passwords,
    rds_restores,
    rds_settings,
    rds_snapshots,
    rds_sources,
    scheduler,
    stepfunctions,
)
from sandbox.register.rule import Rule, switched_off

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["ROOMS", "RULES", "Rule", "left_out", "switched_off"]

ROOMS = (
    rds_names,
    rds_snapshots,
    rds_copies,
    rds_databases,
    rds_restores,
    rds_passwords,
    rds_settings,
    rds_sources,
    rds_backups,
    rds_options,
    doors,
    iam,
    kms_policies,
    kms_keys,
    events,
    scheduler,
    stepfunctions,
    definitions,
    map_runs,
    functions,
    parameters,
)
RULES = tuple(rule for room in ROOMS for rule in vars(room).values() if isinstance(rule, Rule))


@contextmanager
def left_out(ids: Iterable[str]) -> Iterator[None]:
    """Without these rules of the register, as long as the block lasts.

    Raises:
        LookupError: there is no such rule.
    """
    wanted = set(ids)
    unknown = wanted - {rule.id for rule in RULES}
    if unknown:
        raise LookupError(f"no rule of the register: {', '.join(sorted(unknown))}")
    with switched_off(*wanted):
        yield
