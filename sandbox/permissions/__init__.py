"""Whether a call is allowed: identity policies, resource policies and conditions, decided by an IAM simulator."""

from sandbox.permissions.authority import REFUSALS, Decision, Permissions
from sandbox.permissions.refusals import refusal
from sandbox.permissions.simulator import Context, Policy, Simulator, UndecidableError

__all__ = ["REFUSALS", "Context", "Decision", "Permissions", "Policy", "Simulator", "UndecidableError", "refusal"]
