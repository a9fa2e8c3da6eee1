"""EventBridge: PutEvents, rules, and delivery to targets, within an account and across the two."""

from sandbox.attempts import TargetFailed
from sandbox.events.bus import Events
from sandbox.events.delivery import Delivery, Record

__all__ = ["Delivery", "Events", "Record", "TargetFailed"]
