"""EventBridge Scheduler: schedules that fire on the virtual clock."""

from sandbox.scheduler.engine import Fired, Scheduler
from sandbox.scheduler.schedule import Schedule

__all__ = ["Fired", "Schedule", "Scheduler"]
