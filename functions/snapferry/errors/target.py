"""The target account will not, or cannot, take its copy and bring the database up."""

from snapferry.errors.base import GiveUp


class TransferDeclined(GiveUp):
    """The target account declined the offer; its message lists all reasons."""


class SourceKeyNotAccessible(GiveUp):
    """The target account cannot use the source's transfer key."""


class OwnKeyNotUsable(GiveUp):
    """The target account's own key cannot encrypt the copy."""


class TargetExecutionEnded(GiveUp):
    """The target's execution was stopped, ran out of time, or lost its machine, before it could answer."""


class ProfileNotFound(GiveUp):
    """The target account has no restore profile for this database, and no default one."""


class ProfileInvalid(GiveUp):
    """A restore profile has mistakes; the message lists all of them."""


class RestoreNotPossible(GiveUp):
    """The restore cannot work as the profile wants it; the message lists all reasons."""


class DatabaseFailed(GiveUp):
    """A database that is being restored ended in a status from which it does not recover."""


class DatabaseTooSlow(GiveUp):
    """A database was not ready before the transfer's deadline."""


class HookFailed(GiveUp):
    """A hook failed, or did not end in its time: the new database is deleted, the previous one goes on serving."""


class NothingToGoBackTo(GiveUp):
    """No previous database is published, is there, and could serve again."""


class ConnectionChanged(GiveUp):
    """The published connection was switched by somebody else in the meantime; nothing was done."""
