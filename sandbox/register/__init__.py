"""Every rule of AWS that the sandbox adds on top of moto, once: source, code, test. The code that keeps it names it."""

from sandbox.register import (
    doors,
    events,
    kms_keys,
    kms_policies,
    rds_copies,
    rds_databases,
    rds_names,
    rds_restores,
    rds_snapshots,
    rds_sources,
    stepfunctions,
)
from sandbox.register.rule import Rule, switched_off

__all__ = ["ROOMS", "RULES", "Rule", "switched_off"]

ROOMS = (
    rds_names,
    rds_snapshots,
    rds_copies,
    rds_databases,
    rds_restores,
    rds_sources,
    doors,
    kms_policies,
    kms_keys,
    events,
    stepfunctions,
)
RULES = tuple(rule for room in ROOMS for rule in vars(room).values() if isinstance(rule, Rule))
