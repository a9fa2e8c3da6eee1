"""The transfer key or its policy will not do, or access to it could not be opened or taken back."""

from snapferry.errors.base import GiveUp


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
