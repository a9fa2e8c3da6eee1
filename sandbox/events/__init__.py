"""EventBridge: PutEvents, rules, and delivery to targets, within an account and across the two."""

from sandbox.events.bus import Events
from sandbox.events.delivery import Delivery, Record, TargetFailed

__all__ = ["Delivery", "Events", "Record", "TargetFailed"]
