"""How hypothesis works here: the same examples every time, and no verdict about the machine's speed.

`make test-long` asks for the profile `long`: other examples every time, and more of them.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from hypothesis import settings
from moto import mock_aws

from sandbox.deploy.loading import load_template
from snapferry.state.table import Table

ROOT = Path(__file__).parents[2]

settings.register_profile("unit", deadline=None, derandomize=True, max_examples=60)
settings.register_profile("long", deadline=None, max_examples=1500)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "unit"))


@pytest.fixture
def table() -> Iterator[Table]:
    """The stack's table, as the template declares it."""
    declared = load_template(ROOT / "template.yaml")["Resources"]["StateTable"]["Properties"]
    known = ("BillingMode", "AttributeDefinitions", "KeySchema")
    with mock_aws():
        dynamodb = boto3.client("dynamodb", region_name="eu-west-1")
        parameters: Any = {name: declared[name] for name in known}
        dynamodb.create_table(TableName="state", **parameters)
        yield Table(dynamodb, "state")
