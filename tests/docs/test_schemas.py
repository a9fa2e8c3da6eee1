"""The JSON Schemas in docs/schemas: current, and true of their own examples."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from docs.generate_schemas import SCHEMAS, WRITTEN, files
from snapferry.contracts import fleet_contracts, hook_contracts, incoming, profile_contract
from snapferry.contracts.incoming import Contract, schema_name
from snapferry.source import plan_reports, receipts
from snapferry.target import drills

PARTS = {incoming.Asked, incoming.DatabaseFacts, incoming.FindingFacts, receipts.Access, receipts.RemainingGrant}
PARTS |= {
    incoming.Scaling,
    profile_contract.DatabaseSettings,
    plan_reports.Dollars,
    plan_reports.Span,
    plan_reports.ExpectedStage,
    plan_reports.Expected,
    plan_reports.PlannedTransfer,
}
PARTS |= {
    fleet_contracts.FleetLine,
    drills.DrillStage,
    hook_contracts.Hook,
    hook_contracts.HookDatabase,
    hook_contracts.HookReport,
}
"""Contracts that stand inside of others only."""

every_contract = pytest.mark.parametrize("model", WRITTEN, ids=schema_name)


def test_the_files_are_what_the_models_say() -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in SCHEMAS.iterdir()}
    assert written == dict(files()), "run: make schemas"


def test_every_contract_has_a_schema() -> None:
    assert set(WRITTEN) == _heirs(Contract) - PARTS


@every_contract
def test_examples_are_valid_for_the_model_and_for_the_schema(model: type[Contract]) -> None:
    schema = _schema(model)
    Draft202012Validator.check_schema(schema)
    assert schema["examples"]
    for example in schema["examples"]:
        model.model_validate(example)
        Draft202012Validator(schema).validate(example)


@every_contract
def test_the_smallest_example_comes_first(model: type[Contract]) -> None:
    sizes = [len(json.dumps(example)) for example in _schema(model)["examples"]]
    assert sizes[0] == min(sizes)


@every_contract
def test_a_schema_refuses_a_field_that_nobody_knows(model: type[Contract]) -> None:
    schema = _schema(model)
    assert not Draft202012Validator(schema).is_valid({**schema["examples"][0], "databse": "example-db"})


@every_contract
def test_every_contract_says_what_it_is(model: type[Contract]) -> None:
    assert _schema(model)["description"].endswith((".", "?"))


def _schema(model: type[Contract]) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((SCHEMAS / f"{schema_name(model)}.json").read_text(encoding="utf-8"))
    return schema


def _heirs(model: type[Contract]) -> set[type[Contract]]:
    return {heir for each in model.__subclasses__() for heir in {each, *_heirs(each)}}
