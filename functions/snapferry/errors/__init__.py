"""Every way in which a transfer ends red, by name.

The class's name is what the state machine, the console and the runbook show, so it names the situation::

    SnapferryError
    ├── RetryLater                 the same call may succeed soon: the state machine retries it
    │   └── AwsBusy
    └── GiveUp                     a person has to mend something first

    Of GiveUp, in any step (base)
        TransferNotPossible        several of the others at once; its message lists them all
        AwsTooBusy                 AWS was busy for longer than the state machine retries
        AwsRefused                 a call that AWS refused for a reason that has no name of its own here
        StepFailed                 a step broke in a way that nobody foresaw
    What was asked for (source)
        InvalidInput               InvalidExecutionName   InvalidRoute        AnotherTransferRuns
        DatabaseNotFound           DatabaseNotAvailable
        SourceNotSupported
        ├── EngineNotSupported     MultiAzCluster         ServerlessV1
        └── OptionsNotShareable    EncryptionNotSupported SourceElsewhere
        DatabaseKeyNotNamed        DatabaseKeyNotUsable   UnderTransferKey
        SnapshotNotAvailable       SnapshotOfAnotherDatabase                  SnapshotAlreadyShared
    The transfer key (keys)
        TransferKeyNotUsable
        ├── KeyManagedByAws        KeyDisabled            KeyPendingDeletion
        └── KeyNotSymmetric        KeyInAnotherRegion     KeyNotReleased      KeyOfAnotherStack
        KeyPolicyNotEditable
        ├── KeyPolicyFull          KeyPolicyLockout       KeyPolicyNamesTheDeleted
        └── KeyPolicyNotOpen
        KeyPolicyEditLost          AccessNotClosed        AccessClosedForGood
    On the way (carrying)
        SnapshotQuotaReached       TooManyCopies
        NameTaken                  NotOurs                NotTidiedUp
        SnapshotNotFound           SnapshotFailed         SnapshotTooSlow     SnapshotNotShared
        NobodyAnswered             EventNotDelivered
    Of many databases (carrying)
        NoDatabasesFound           FleetNotFound          FleetNotComplete
    In the target (target)
        TransferDeclined           SourceKeyNotAccessible OwnKeyNotUsable     TargetExecutionEnded
        ProfileNotFound            ProfileInvalid         RestoreNotPossible
        DatabaseFailed             DatabaseTooSlow        HookFailed
        NothingToGoBackTo          ConnectionChanged
"""

from typing import Final

from snapferry.errors.base import *  # noqa: F403  # each error is imported from this package
from snapferry.errors.base import SnapferryError
from snapferry.errors.carrying import *  # noqa: F403
from snapferry.errors.keys import *  # noqa: F403
from snapferry.errors.source import *  # noqa: F403
from snapferry.errors.target import *  # noqa: F403

NAMES: Final = frozenset(
    name for name, item in list(globals().items()) if isinstance(item, type) and issubclass(item, SnapferryError)
)
"""Every error's name, as it stands in an execution's ``error``."""
