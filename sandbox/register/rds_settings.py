"""RDS: settings of databases: AWS's defaults, what a restore carries over, and when a change takes effect."""

from sandbox.register.rule import Rule

REFUSED = "test_rds_settings::test_what_settings_are_refused_for"
RESTORED = "test_rds_settings::test_a_restore_carries_only_what_the_facts_say"
WINDOW = "test_rds_settings::test_some_changes_wait_for_the_maintenance_window"

SETTINGS_DEFAULTS = Rule(
    "rds.settings.defaults",
    "What a call does not say of a database has AWS's default, as Extended Support, which costs.",
    source="aws-facts 2.6, 8.2",
    test="test_rds_settings::test_a_new_database_has_awss_defaults",
)
RESTORE_FORGETS = Rule(
    "rds.restore.forgets",
    "A restore carries over neither log exports, monitoring, Performance Insights, storage type, windows of "
    "maintenance, certificates, scaling, domains nor Extended Support's switch.",
    source="aws-facts 8.2",
    test=RESTORED,
)
RESTORE_CARRIES = Rule(
    "rds.restore.carries",
    "A restored instance has its snapshot's licence and IOPS.",
    source="botocore rds.RestoreDBInstanceFromDBSnapshot",
    test=RESTORED,
)
MONITORING_ROLE = Rule(
    "rds.settings.monitoring-role",
    "Enhanced Monitoring has an interval and a role, or neither.",
    source="botocore rds.CreateDBInstance",
    code="InvalidParameterCombination",
    message="A MonitoringRoleArn value is required if you specify a MonitoringInterval value other than 0.",
    test=REFUSED,
)
MONITORING_INTERVAL = Rule(
    "rds.settings.monitoring-interval",
    "Enhanced Monitoring measures every 0 (off), 1, 5, 10, 15, 30 or 60 seconds.",
    source="botocore rds.CreateDBInstance",
    code="InvalidParameterValue",
    message="Invalid monitoring interval: {seconds}",
    test=REFUSED,
)
INSIGHTS_RETENTION = Rule(
    "rds.settings.insights-retention",
    "Performance Insights keeps 7 days, months of 31 days up to 23, or 731 days.",
    source="botocore rds.CreateDBInstance",
    code="InvalidParameterValue",
    message="Invalid Performance Insights retention period: {days}",
    test=REFUSED,
)
INSIGHTS_KEY = Rule(
    "rds.settings.insights-key",
    "Performance Insights lies under the key of the call, or under `aws/rds`.",
    source="aws-facts 8.2",
    test="test_rds_settings::test_performance_insights_has_a_key_that_stays",
)
INSIGHTS_KEY_FIXED = Rule(
    "rds.settings.insights-key-fixed",
    "The key of Performance Insights cannot be changed.",
    source="UNCONFIRMED, aws-facts 8.2",
    code="InvalidParameterCombination",
    message="The KMS key of Performance Insights can't be changed.",
    setting="insights_key_code",
    test="test_rds_settings::test_performance_insights_has_a_key_that_stays",
)
LOG_TYPES = Rule(
    "rds.settings.log-types",
    "A database exports the logs that its engine writes.",
    source="botocore rds.CloudwatchLogsExportConfiguration",
    code="InvalidParameterCombination",
    message="You cannot use the log types '{types}' with engine version {engine} {version}. For supported log types, "
    "see the documentation.",
    test=REFUSED,
)
PORT_RANGE = Rule(
    "rds.settings.port",
    "A database listens on a port from 1150 to 65535.",
    source="aws-facts 2.6",
    code="InvalidParameterValue",
    message="Invalid port: {port}. Must be between 1150 and 65535.",
    test=REFUSED,
)
STORAGE_IOPS = Rule(
    "rds.settings.iops",
    "Storage of type io1 or io2 is told its IOPS.",
    source="aws-facts 2.6",
    code="InvalidParameterCombination",
    message="You must specify Iops for the storage type {kind}.",
    test=REFUSED,
)
MULTI_AZ_ZONE = Rule(
    "rds.settings.multi-az-zone",
    "A Multi-AZ instance is not told its Availability Zone.",
    source="aws-facts 2.6",
    code="InvalidParameterCombination",
    message="Requesting a specific availability zone is not valid for Multi-AZ instances.",
    test=REFUSED,
)
MAINTENANCE_WINDOW = Rule(
    "rds.settings.maintenance-window",
    "A maintenance window is `ddd:hh:mm-ddd:hh:mm` in UTC.",
    source="botocore rds.CreateDBInstance",
    code="InvalidParameterValue",
    message="Invalid maintenance window format: {window}",
    test=REFUSED,
)
MODIFY_PENDING = Rule(
    "rds.modify.pending",
    "Without ApplyImmediately some changes wait, as PendingModifiedValues: class, storage, Multi-AZ, IAM, certificate.",
    source="botocore rds.ModifyDBInstance",
    test=WINDOW,
)
MODIFY_WINDOW = Rule(
    "rds.modify.window",
    "What is pending is applied in the next maintenance window.",
    source="botocore rds.ModifyDBInstance",
    test=WINDOW,
)
MODIFY_REBOOT = Rule(
    "rds.modify.reboot",
    "Another parameter group is `pending-reboot` until the instance is rebooted.",
    source="aws-facts 2.8",
    test="test_rds_settings::test_a_parameter_group_counts_after_a_reboot",
)
MODIFY_PORT = Rule(
    "rds.modify.port",
    "Another port restarts the instance at once, whatever ApplyImmediately says.",
    source="aws-facts 2.8",
    test="test_rds_settings::test_another_port_restarts_at_once",
)
