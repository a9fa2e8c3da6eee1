"""How long RDS takes. AWS publishes no figures: these are the sandbox's, in the range that people report."""

from __future__ import annotations

from dataclasses import dataclass

MINUTE = 60.0


@dataclass
class Durations:
    """Virtual seconds for each kind of work; sizes in GB. Change an attribute to make a sandbox slow or quick."""

    instance_creation: float = 8 * MINUTE
    cluster_creation: float = 3 * MINUTE
    member_creation: float = 7 * MINUTE
    snapshot_start: float = 2 * MINUTE
    snapshot_per_gb: float = 0.2 * MINUTE
    copy_start: float = 3 * MINUTE
    copy_per_gb: float = 0.5 * MINUTE
    instance_restore: float = 12 * MINUTE
    instance_restore_per_gb: float = 0.02 * MINUTE
    cluster_restore: float = 8 * MINUTE
    cluster_restore_per_gb: float = 0.01 * MINUTE
    modification: float = 5 * MINUTE
    reboot: float = 1 * MINUTE
    rename: float = 10 * MINUTE
    password_reset: float = 1 * MINUTE
    secret_creation: float = 1 * MINUTE
    deletion: float = 5 * MINUTE
    stop_or_start: float = 5 * MINUTE

    def snapshot(self, size_gb: int) -> float:
        """Taking a snapshot: 22 minutes for 100 GB."""
        return self.snapshot_start + size_gb * self.snapshot_per_gb

    def copy(self, size_gb: int) -> float:
        """Copying a snapshot under another key, which moves every block: 53 minutes for 100 GB."""
        return self.copy_start + size_gb * self.copy_per_gb

    def restore_of_instance(self, size_gb: int) -> float:
        """Restoring an instance, which loads its blocks later: 14 minutes for 100 GB."""
        return self.instance_restore + size_gb * self.instance_restore_per_gb

    def restore_of_cluster(self, size_gb: int) -> float:
        """Restoring a cluster without its instances: 9 minutes for 100 GB."""
        return self.cluster_restore + size_gb * self.cluster_restore_per_gb
