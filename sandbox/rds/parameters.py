"""What the sandbox does with each parameter of a call: it honours it, shows it again, or refuses it by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.rds.errors import unknown_to_the_sandbox

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from sandbox.gate import Call

# Kept and shown as a member of the output, without any other effect. Parameter -> member.
SHOWN = {
    "AutoMinorVersionUpgrade": "AutoMinorVersionUpgrade",
    "BacktrackWindow": "BacktrackWindow",
    "CACertificateIdentifier": "CACertificateIdentifier",
    "DBClusterInstanceClass": "DBClusterInstanceClass",
    "CustomIamInstanceProfile": "CustomIamInstanceProfile",
    "DatabaseInsightsMode": "DatabaseInsightsMode",
    "DedicatedLogVolume": "DedicatedLogVolume",
    "EnableCloudwatchLogsExports": "EnabledCloudwatchLogsExports",
    "EnableHttpEndpoint": "HttpEndpointEnabled",
    "EnablePerformanceInsights": "PerformanceInsightsEnabled",
    "EngineLifecycleSupport": "EngineLifecycleSupport",
    "EngineMode": "EngineMode",
    "Iops": "Iops",
    "LicenseModel": "LicenseModel",
    "MaxAllocatedStorage": "MaxAllocatedStorage",
    "MonitoringInterval": "MonitoringInterval",
    "MonitoringRoleArn": "MonitoringRoleArn",
    "NetworkType": "NetworkType",
    "PerformanceInsightsKMSKeyId": "PerformanceInsightsKMSKeyId",
    "PerformanceInsightsRetentionPeriod": "PerformanceInsightsRetentionPeriod",
    "PreferredMaintenanceWindow": "PreferredMaintenanceWindow",
    "ServerlessV2ScalingConfiguration": "ServerlessV2ScalingConfiguration",
    "StorageThroughput": "StorageThroughput",
    "StorageType": "StorageType",
}


def shown(parameters: dict[str, Any]) -> dict[str, Any]:
    """The members that only echo the call."""
    return {member: parameters[name] for name, member in SHOWN.items() if name in parameters}


def refuse_unknown(call: Call, honoured: AbstractSet[str]) -> None:
    """A parameter that would change something on AWS must not be dropped silently.

    Raises:
        AwsError: InternalFailure that names the parameters.
    """
    unknown = sorted(set(call.parameters) - honoured - set(SHOWN))
    if unknown:
        raise unknown_to_the_sandbox(f"rds:{call.operation} with {', '.join(unknown)}")
