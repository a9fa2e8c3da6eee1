"""Parameter Store's own limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from sandbox.world import Sandbox


@pytest.mark.parametrize(("tier", "most"), [("Standard", 4096), ("Advanced", 8192), ("Intelligent-Tiering", 8192)])
def test_a_value_has_a_size(sandbox: Sandbox, tier: str, most: int) -> None:
    ssm = sandbox.client("ssm")
    ssm.put_parameter(Name="/a", Value="x" * most, Type="String", Tier=tier)
    with pytest.raises(ClientError) as refused:
        ssm.put_parameter(Name="/b", Value="x" * (most + 1), Type="String", Tier=tier)
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    assert [one["Name"] for one in ssm.get_parameters(Names=["/a", "/b"])["Parameters"]] == ["/a"]


def test_a_value_names_no_other_parameter(sandbox: Sandbox) -> None:
    ssm = sandbox.client("ssm")
    with pytest.raises(ClientError, match=r'Do not use "\{\{\}\}" in the value') as refused:
        ssm.put_parameter(Name="/a", Value="{{/b}}", Type="String")
    assert refused.value.response["Error"]["Code"] == "ValidationException"
