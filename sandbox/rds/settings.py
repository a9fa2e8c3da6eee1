"""What can be set about the sandbox's RDS: quotas, and AWS's answers where no source tells them."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Quotas:
    """AWS's defaults, per account and Region."""

    manual_instance_snapshots: int = 100
    manual_cluster_snapshots: int = 100
    instance_copies_in_flight: int = 20
    cluster_copies_in_flight: int = 5
    accounts_per_snapshot: int = 20
    instances: int = 40
    clusters: int = 40


@dataclass
class Unconfirmed:
    """Where AWS's answer is not documented the sandbox refuses, with a code that can be changed here."""

    refuse_sharing_under_default_key: bool = True
    """False: the share succeeds and only the other account's copy fails, as two reports of 2019 say."""
    default_key_share_code: str | None = None
    """None: the family's code for a snapshot in the wrong state."""
    status_of_instance_copy: str = "creating"
    """As in the reply that AWS's command line documents; the other candidate is `copying`."""
    malformed_account_id_code: str = "InvalidParameterValue"
    public_share_code: str = "InvalidParameterValue"
    shared_copy_without_key_code: str = "InvalidParameterCombination"
    cluster_copy_of_unencrypted_with_key_code: str = "InvalidParameterCombination"
    restore_of_shared_encrypted_code: str = "InvalidDBSnapshotState"
    multi_az_cluster_snapshot_code: str | None = "InvalidDBClusterSnapshotStateFault"
    """None: such a snapshot is shared and copied as any other; AWS's pages contradict each other."""
    sse_rds_share_code: str | None = "InvalidDBClusterSnapshotStateFault"
    """None: a snapshot under a key that AWS owns can be shared."""
    sse_rds_public_code: str | None = "InvalidParameterValue"
    """None: and made public, as an unencrypted one."""
    sse_rds_copy_with_key_code: str | None = "InvalidParameterCombination"
    """None: and a copy with KmsKeyId brings it under that key."""
    type_of_cluster_recovery_point: str = "awsbackup"
    """The other candidate is `manual`."""
    lasting_options_share_code: str = "InvalidDBSnapshotState"
    lasting_options_copy_code: str = "InvalidParameterCombination"
    lasting_options_restore_code: str = "InvalidParameterCombination"
    insights_key_code: str | None = "InvalidParameterCombination"
    """None: the key of Performance Insights can be changed."""
    seconds_between_names: float = 0.0
    """Virtual seconds at the end of a rename for which neither name is found."""
    rename_makes_new_secret: bool = True
    """False: a managed password's secret stays as it is when its database is renamed."""
    custom_snapshot_code: str = "InvalidDBSnapshotState"
    copy_tags_across_accounts_code: str | None = None
    """None: CopyTags of a foreign snapshot is ignored. A code: it is refused."""
    shared_rows_name_the_arn: bool = True
    """False: in another account's eyes a shared snapshot has its bare name and its own type."""
    seconds_until_seen: float = 0.0
    """Virtual seconds for which a new snapshot, or copy, is not found yet."""


@dataclass
class Settings:
    """Everything together, and the size of an Aurora cluster, which AWS bills but does not let one choose."""

    quotas: Quotas = field(default_factory=Quotas)
    unconfirmed: Unconfirmed = field(default_factory=Unconfirmed)
    aurora_size_gb: int = 100
    aurora_before_2026: bool = False
    """True: a new Aurora cluster without a key lies in clear, as those do that are older than 2026-02-18."""
