"""The stack of the hook that runs SQL scripts: what it may reach, and that the quarantine lets it in."""

import importlib
import json
import re

from sandbox.deploy.loading import load_template
from snapferry.contracts import hook_contracts
from snapferry.target import hooks
from tests.templates.stacks import HOOKS, ROOT, of_type

PAGE = (ROOT / "docs" / "hooks.md").read_text(encoding="utf-8")


def function() -> dict[str, object]:
    (only,) = of_type(HOOKS, "AWS::Lambda::Function").values()
    properties: dict[str, object] = only["Properties"]
    return properties


def test_a_profile_can_name_it_and_its_handler_is_there() -> None:
    properties = function()
    name = str(properties["FunctionName"])
    hook_contracts.Hook.model_validate({"name": name})
    assert name == "snapferry-hook-sql"
    assert properties["Timeout"] == 60 * hook_contracts.MINUTES_OF_FUNCTION
    module, handler = str(properties["Handler"]).split(".")
    assert callable(getattr(importlib.import_module(module), handler))


def test_it_stands_in_the_hooks_group_and_may_make_its_interfaces() -> None:
    assert function()["VpcConfig"] == {
        "SubnetIds": {"Ref": "SubnetIds"},
        "SecurityGroupIds": [{"Ref": "HookSecurityGroupId"}],
    }
    (role,) = of_type(HOOKS, "AWS::IAM::Role").values()
    assert "AWSLambdaVPCAccessExecutionRole" in json.dumps(role["Properties"]["ManagedPolicyArns"])


def test_it_reads_scripts_and_passwords_under_the_own_key_and_nothing_else() -> None:
    (role,) = of_type(HOOKS, "AWS::IAM::Role").values()
    (policy,) = role["Properties"]["Policies"]
    found = {(each["Effect"], each["Action"]): each for each in policy["PolicyDocument"]["Statement"]}
    assert set(found) == {
        ("Allow", "s3:GetObject"),
        ("Allow", "secretsmanager:GetSecretValue"),
        ("Allow", "kms:Decrypt"),
        ("Deny", "kms:Decrypt"),
    }
    assert all("${ScriptsBucket}/${" in one["Fn::Sub"] for one in found["Allow", "s3:GetObject"]["Resource"])
    assert found["Allow", "secretsmanager:GetSecretValue"]["Resource"]["Fn::Sub"].endswith(":secret:rds!*")
    allowed, denied = (found[effect, "kms:Decrypt"] for effect in ("Allow", "Deny"))
    assert allowed["Resource"] == denied["NotResource"] == {"Ref": "OwnKeyArn"}
    for each in (allowed, denied):
        assert "secretsmanager.${AWS::Region}" in json.dumps(each["Condition"])


def test_every_setting_that_it_reads_is_set() -> None:
    source = (ROOT / "hooks" / "run_sql_scripts" / "sql_hook" / "settings.py").read_text(encoding="utf-8")
    variables = function()["Environment"]["Variables"]  # type: ignore[index]
    assert set(re.findall(r'environ\["(\w+)"\]', source)) == set(variables) - {"AWS_ENDPOINT_URL"}
    assert load_template(ROOT / HOOKS)["Parameters"]["Tls"]["Default"] == "verify"


def test_its_logs_end_and_hold_no_environment_of_secrets() -> None:
    (group,) = of_type(HOOKS, "AWS::Logs::LogGroup").values()
    assert group["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionDays"}
    assert not re.search("(?i)password|secret", json.dumps(function()["Environment"]))


def test_what_it_is_shipped_with_is_pinned_by_hash() -> None:
    text = (ROOT / "hooks" / "run_sql_scripts" / "requirements.txt").read_text(encoding="utf-8")
    pinned = re.findall(r"^([a-z0-9-]+)==\S+ \\\n    --hash=sha256:", text, re.MULTILINE)
    assert {"pg8000", "pymysql"} < set(pinned)
    assert len(pinned) == len(re.findall(r"^[a-z0-9-]+==", text, re.MULTILINE))


def test_the_page_explains_every_parameter_and_the_limits_of_the_contract() -> None:
    parameters = set(load_template(ROOT / HOOKS)["Parameters"]) - {"Architecture", "LogRetentionDays"}
    assert parameters <= set(re.findall(r"^\| `(\w+)`", PAGE, re.MULTILINE))
    for field in hook_contracts.Hook.model_fields:
        assert f"| `{field}` |" in PAGE
    assert f"{hooks.LARGEST_RESULT // 1024} KB" in PAGE
