"""What was asked for cannot be: the input, the route, the database, or the snapshot to start from."""

from snapferry.errors.base import GiveUp


class InvalidInput(GiveUp):
    """The execution's input is not what the machine takes."""


class InvalidExecutionName(GiveUp):
    """The execution's name holds characters that the other account's execution names cannot carry."""


class InvalidRoute(GiveUp):
    """The stack's target account is the source account itself, or no account at all."""


class AnotherTransferRuns(GiveUp):
    """Another execution carries this database, and the input does not say to wait for it, or the wait was in vain."""


class DatabaseNotFound(GiveUp):
    """No RDS instance and no Aurora cluster has that name in this account and Region."""


class DatabaseNotAvailable(GiveUp):
    """The database's status does not let RDS take a snapshot."""


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
