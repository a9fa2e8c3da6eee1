"""What packing does to a built stack: the same functions, in less space, with bytecode that Lambda reads."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from packing.pack import WrongPython, pack
from packing.services import UnknownService, services_used

ROOT = Path(__file__).parents[2]
HANDLER = 'from snapferry import aws\n\ndef handler(event, context):\n    return aws.client("rds")\n'
CLIENTS = "import boto3\n\ndef client(service):\n    return boto3.client(service)\n"


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """Two functions of one code, and one of another, as `sam build` leaves them."""
    for name in ("OneFunction", "TwoFunction", "OtherFunction"):
        folder = tmp_path / name
        for service in ("rds", "kms"):
            (folder / "botocore" / "data" / service).mkdir(parents=True)
            (folder / "botocore" / "data" / service / "service-2.json").write_text("{}")
        (folder / "botocore" / "data" / "endpoints.json").write_text("{}")
        (folder / "snapferry").mkdir()
        (folder / "snapferry" / "aws.py").write_text(CLIENTS)
        (folder / "look.py").write_text(HANDLER if name != "OtherFunction" else HANDLER + "# and more\n")
        for file in folder.rglob("*.*"):
            _at(file, 1_700_000_000)
    write_template(tmp_path, "python3.13")
    return tmp_path


def write_template(directory: Path, runtime: str) -> None:
    functions = {
        name: {"Type": "AWS::Serverless::Function", "Properties": {"CodeUri": name, "Handler": "look.handler"}}
        for name in ("OneFunction", "TwoFunction", "OtherFunction")
    }
    template = {"Globals": {"Function": {"Runtime": runtime}}, "Resources": functions}
    (directory / "template.yaml").write_text(yaml.safe_dump(template))


def code_of(directory: Path) -> dict[str, Any]:
    resources = yaml.safe_load((directory / "template.yaml").read_text())["Resources"]
    return {name: function["Properties"]["CodeUri"] for name, function in resources.items()}


def _at(file: Path, seconds: int) -> None:
    os.utime(file, (seconds, seconds))


def test_functions_of_the_same_code_share_a_folder(built: Path) -> None:
    packed = pack(built)
    assert code_of(built) == {
        "OneFunction": "OneFunction",
        "TwoFunction": "OneFunction",
        "OtherFunction": "OtherFunction",
    }
    assert not (built / "TwoFunction").exists()
    assert (packed.functions, packed.folders) == (3, 2)


def test_a_second_time_changes_nothing(built: Path) -> None:
    pack(built)
    first = {file: file.read_bytes() for file in built.rglob("*") if file.is_file()}
    pack(built)
    assert {file: file.read_bytes() for file in built.rglob("*") if file.is_file()} == first


def test_only_services_with_a_client_are_described(built: Path) -> None:
    pack(built)
    data = built / "OneFunction" / "botocore" / "data"
    assert sorted(file.name for file in data.iterdir()) == ["endpoints.json", "rds"]


def test_the_bytecode_is_used_whatever_the_sources_time(built: Path) -> None:
    """An archive gives every file the same time. What is run here is compiled code: the source is another by now."""
    pack(built)
    (built / "OneFunction" / "snapferry" / "aws.py").write_text("raise SystemExit('compiled anew')\n")
    code = "import snapferry.aws; print(snapferry.aws.client.__code__.co_name)"
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=built / "OneFunction", capture_output=True, text=True, check=False
    )
    assert ran.stdout.strip() == "client", ran.stderr


def test_another_python_is_refused(built: Path) -> None:
    write_template(built, "python3.12")
    with pytest.raises(WrongPython, match=r"python3\.12"):
        pack(built)


def test_a_client_of_no_literal_is_refused(built: Path) -> None:
    (built / "OneFunction" / "look.py").write_text("from snapferry import aws\naws.client(input())\n")
    with pytest.raises(UnknownService, match=r"look\.py, line 2"):
        pack(built)


def test_our_functions_services_are_all_found() -> None:
    used = services_used(ROOT / "functions")
    assert {"rds", "kms", "dynamodb", "events", "stepfunctions", "ssm", "secretsmanager", "sqs", "ec2"} <= used
    assert {"iam", "lambda"} <= used  # imported as `client`
