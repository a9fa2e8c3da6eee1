"""Every way in which a transfer ends red, by name.

The class's name is what the state machine, the console and the runbook show, so it names the situation::

    SnapferryError
    ├── RetryLater                 the same call may succeed soon: the state machine retries it
    │   └── AwsBusy
    └── GiveUp                     a person has to mend something first
        ├── InvalidInput           InvalidExecutionName   InvalidRoute
        ├── TransferNotPossible    several of the others at once; its message lists them all
        ├── DatabaseNotFound       DatabaseNotAvailable
        ├── SourceNotSupported
        │   ├── EngineNotSupported MultiAzCluster         ServerlessV1
        │   └── OptionsNotShareable EncryptionNotSupported SourceElsewhere
        ├── DatabaseKeyNotNamed    DatabaseKeyNotUsable   UnderTransferKey
        ├── SnapshotNotAvailable   SnapshotOfAnotherDatabase                  SnapshotAlreadyShared
        ├── AnotherTransferRuns    SnapshotQuotaReached   TooManyCopies
        ├── TransferKeyNotUsable
        │   ├── KeyManagedByAws    KeyDisabled            KeyPendingDeletion
        │   └── KeyNotSymmetric    KeyInAnotherRegion     KeyNotReleased      KeyOfAnotherStack
        ├── KeyPolicyNotEditable
        │   ├── KeyPolicyFull      KeyPolicyLockout       KeyPolicyNamesTheDeleted
        │   └── KeyPolicyNotOpen
        ├── KeyPolicyEditLost      AccessNotClosed        AccessClosedForGood
        ├── NameTaken              NotOurs                NotTidiedUp
        ├── SnapshotNotFound       SnapshotFailed         SnapshotTooSlow     SnapshotNotShared
        ├── TransferDeclined       NobodyAnswered         EventNotDelivered
        ├── SourceKeyNotAccessible OwnKeyNotUsable        TargetExecutionEnded
        ├── ProfileNotFound        ProfileInvalid         RestoreNotPossible
        ├── DatabaseFailed         DatabaseTooSlow        HookFailed
        ├── NothingToGoBackTo      ConnectionChanged
        ├── AwsTooBusy             AWS was busy for longer than the state machine retries
        ├── AwsRefused             a call that AWS refused for a reason that has no name of its own here
        └── StepFailed             a step broke in a way that nobody foresaw
"""

from typing import Final


class SnapferryError(Exception):
    """A transfer cannot go on.

    Args:
        what: What happened, a sentence without its full stop.
        resource: The ARN, name or field that it happened to.
        remedy: What a person can do about it, a sentence without its full stop.

    ``side`` is filled in by the function's entry point: which account the error comes from.
    """

    def __init__(self, what: str, *, resource: str = "", remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.resource = resource
        self.remedy = remedy
        self.side = ""

    def __str__(self) -> str:
        return f"In the {self.side}: {self.told()}" if self.side else self.told()

    def told(self) -> str:
        """Return what happened, to what, and what to do, without the side."""
        parts = [f"{self.what}."]
        if self.resource and self.resource not in self.what:
            parts.append(f"Resource: {self.resource}.")
        if self.remedy:
            parts.append(f"What to do: {self.remedy}.")
        return " ".join(parts)


class RetryLater(SnapferryError):
    """The same call may succeed soon; the state machine retries it."""


class AwsBusy(RetryLater):
    """AWS throttled the call or had an error of its own."""


class GiveUp(SnapferryError):
    """A person has to mend something first; no retry helps."""


class TransferNotPossible(GiveUp):
    """More than one thing stands in the way; the message lists them all, each with its own error's name.

    Args:
        what: All of them.
        reasons: Each of them.
    """

    def __init__(self, what: str, *, reasons: "tuple[GiveUp, ...]" = ()) -> None:
        super().__init__(what)
        self.reasons = reasons


class InvalidInput(GiveUp):
    """The execution's input is not what the machine takes."""


class InvalidExecutionName(GiveUp):
    """The execution's name holds characters that the other account's execution names cannot carry."""


class InvalidRoute(GiveUp):
    """The stack's target account is the source account itself, or no account at all."""


class DatabaseNotFound(GiveUp):
    """No RDS instance and no Aurora cluster has that name in this account and Region."""


class DatabaseNotAvailable(GiveUp):
    """The database's status does not let RDS take a snapshot."""


class AnotherTransferRuns(GiveUp):
    """Another execution carries this database, and the input does not say to wait for it, or the wait was in vain."""


class SnapshotQuotaReached(GiveUp):
    """The account had as many manual snapshots as RDS allows it, until the transfer's deadline."""


class TooManyCopies(GiveUp):
    """RDS was making as many copies as it makes at once for an account, until the transfer's deadline."""


class SourceNotSupported(GiveUp):
    """AWS, or this version of Snapferry, cannot carry such a database."""


class EngineNotSupported(SourceNotSupported):
    """It is of DocumentDB, Neptune or RDS Custom, which answer RDS's calls but have rules of their own."""


class MultiAzCluster(SourceNotSupported):
    """It is a Multi-AZ DB cluster, whose snapshots AWS neither copies nor shares."""


class ServerlessV1(SourceNotSupported):
    """It is an Aurora Serverless v1 cluster, which AWS has ended."""


class OptionsNotShareable(SourceNotSupported):
    """Its option group holds options (TDE, persistent or permanent ones) that keep its snapshots from being shared."""


class EncryptionNotSupported(SourceNotSupported):
    """It has no KMS key, and AWS documents no way to give a copy of such a snapshot one."""


class SourceElsewhere(SourceNotSupported):
    """It is of another Region or another account than the source stack."""


class DatabaseKeyNotNamed(GiveUp):
    """The database is under a customer managed key that the stack's parameter ``DatabaseKeyArns`` does not name."""


class DatabaseKeyNotUsable(GiveUp):
    """The key that the database or its snapshot is under cannot be used by the stack's roles."""


class UnderTransferKey(GiveUp):
    """The database is under the transfer key itself, and the deployer has not said that it may be opened."""


class SnapshotNotAvailable(GiveUp):
    """The snapshot to start from is not, or no longer, available."""


class SnapshotOfAnotherDatabase(GiveUp):
    """The snapshot to start from is of another database than the one that is named."""


class SnapshotAlreadyShared(GiveUp):
    """Somebody shares the snapshot with the target account already: closing would take that away, or leave it open."""


class TransferKeyNotUsable(GiveUp):
    """The transfer key cannot encrypt a copy that another account reads."""


class KeyManagedByAws(TransferKeyNotUsable):
    """The key is ``aws/rds`` or another one of AWS's: its policy can let in no other account."""


class KeyDisabled(TransferKeyNotUsable):
    """The key is disabled, or not yet or no longer there to be used."""


class KeyPendingDeletion(TransferKeyNotUsable):
    """The key is on its way out, and what is encrypted under it with it."""


class KeyNotSymmetric(TransferKeyNotUsable):
    """The key is no symmetric encryption key, which is all that RDS takes."""


class KeyInAnotherRegion(TransferKeyNotUsable):
    """The key is of another Region than the stack."""


class KeyNotReleased(TransferKeyNotUsable):
    """The key lacks the tag ``snapferry:lease=allowed``: nobody has said that Snapferry may edit its policy."""


class KeyOfAnotherStack(TransferKeyNotUsable):
    """The key's tag ``snapferry:stack`` names another stack, whose lock on the key this one does not see."""


class KeyPolicyNotEditable(GiveUp):
    """The transfer key's policy cannot take a lease."""


class KeyPolicyFull(KeyPolicyNotEditable):
    """A lease does not fit into the 32 KB of a key policy."""


class KeyPolicyLockout(KeyPolicyNotEditable):
    """With such a policy, the function that edits it could not do so again; KMS refuses that."""


class KeyPolicyNamesTheDeleted(KeyPolicyNotEditable):
    """The key policy names users or roles that are deleted, so KMS takes no edit of it."""


class KeyPolicyNotOpen(KeyPolicyNotEditable):
    """The key policy is managed elsewhere, and does not let the target in."""


class KeyPolicyEditLost(GiveUp):
    """Somebody else wrote the key policy while we did, and our statements are not in it."""


class AccessNotClosed(GiveUp):
    """Access that the transfer opened could not be taken back; its end time still ends it."""


class AccessClosedForGood(GiveUp):
    """The transfer is over, and what it had opened is closed: nothing is opened for it again."""


class NameTaken(GiveUp):
    """Something that this transfer did not make has the name that it needs."""


class NotOurs(GiveUp):
    """A resource lacks the transfer's own tag, so it is not touched."""


class NotTidiedUp(GiveUp):
    """Something that the transfer made could not be deleted; the message says what."""


class SnapshotNotFound(GiveUp):
    """A snapshot is not there, or not visible to this account."""


class SnapshotFailed(GiveUp):
    """RDS gave a snapshot or a copy up."""


class SnapshotTooSlow(GiveUp):
    """A snapshot or a copy was not done before the transfer's deadline."""


class SnapshotNotShared(GiveUp):
    """RDS would not share the copy with the target account, or does not show that it did."""


class TransferDeclined(GiveUp):
    """The target account declined the offer; its message lists all reasons."""


class NobodyAnswered(GiveUp):
    """The target account got the question, as far as this account can tell, and did not answer in time."""


class EventNotDelivered(GiveUp):
    """A question never left this account: it lies in the dead-letter queue."""


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


class AwsTooBusy(GiveUp):
    """AWS throttled, or had errors of its own, for longer than the state machine retries."""


class AwsRefused(GiveUp):
    """AWS refused a call for a reason that has no name of its own here."""


class StepFailed(GiveUp):
    """A step broke in a way that nobody foresaw: a function crashed, or Step Functions refused an expression."""


NAMES: Final = frozenset(
    name for name, item in list(globals().items()) if isinstance(item, type) and issubclass(item, SnapferryError)
)
"""Every error's name, as it stands in an execution's ``error``."""
