"""The hook that runs SQL scripts, on the stage: deployed in the target, with a script that masks the users' names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.accounts import REGION, TARGET
from sandbox.stage import ROOT, ROWS, SCHEMA, TABLE, write_profile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.deploy import Stack
    from sandbox.stage import Stage

TEMPLATE = ROOT / "template-hooks.yaml"
EXAMPLES = ROOT / "hooks" / "examples"
FUNCTION = "snapferry-hook-sql"
BUCKET, PREFIX = "snapferry-scripts", "sql/"
MASK = "mask_users.sql"
MASKED = tuple((number, f"user {number}", age) for number, _, age in ROWS)
"""What the script makes of the story's rows."""
COUNT = f"SELECT count(*) FROM {TABLE}"  # noqa: S608 - a table's name of our own


def deploy_sql_hook(stage: Stage) -> Stack:
    """Deploy template-hooks.yaml in the target account, with an empty bucket. Its databases speak no TLS here."""
    stage.sandbox.client("s3", TARGET).create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    parameters = {
        "SubnetIds": ",".join(stage.target_network.subnets),
        "HookSecurityGroupId": stage.target.outputs["HookSecurityGroupId"],
        "ScriptsBucket": BUCKET,
        "ScriptsPrefix": PREFIX,
        "OwnKeyArn": stage.own_key,
        "LogsKeyArn": stage.target.outputs["LogsKeyArn"],
        "Tls": "off",
    }
    return stage.sandbox.deploy(TARGET, "snapferry-hooks", TEMPLATE, parameters)


def put_script(stage: Stage, name: str, text: str) -> None:
    """Put a script where the hook finds it."""
    stage.sandbox.client("s3", TARGET).put_object(Bucket=BUCKET, Key=f"{PREFIX}{name}", Body=text.encode())


def hook(scripts: list[Any], **given: Any) -> Mapping[str, Any]:
    """The entry of a restore profile that runs these scripts."""
    return {"name": FUNCTION, "input": {"database": SCHEMA, "scripts": scripts, **given}}


def sanitise(stage: Stage) -> None:
    """Let every restore from now on mask the users' names, and check that none is lost and none unmasked."""
    deploy_sql_hook(stage)
    put_script(stage, MASK, (EXAMPLES / MASK).read_text())
    unmasked = f"{COUNT} WHERE name NOT LIKE 'user %'"
    expected = [{"query": COUNT, "equals": len(ROWS)}, {"query": unmasked, "equals": 0}]
    write_profile(stage.sandbox, stage.target_network, hooks=[hook([MASK], expect=expected)])
