"""Write ``docs/schemas``: a JSON Schema for each contract, from the models themselves. Run by ``make schemas``."""  # noqa: INP001 - docs is a folder of documents, no package

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

ROOT: Final = Path(__file__).resolve().parent.parent
SCHEMAS: Final = ROOT / "docs" / "schemas"
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

if str(ROOT / "functions") not in sys.path:  # as on Lambda, where `snapferry` lies beside the handlers
    sys.path.insert(0, str(ROOT / "functions"))

from snapferry.contracts import fleet_contracts, hook_contracts, incoming  # noqa: E402 - only now can it be found
from snapferry.source import plan_reports, receipts  # noqa: E402 - only now can it be found
from snapferry.target import drills  # noqa: E402 - only now can it be found

if TYPE_CHECKING:
    from collections.abc import Iterator

WRITTEN: Final[tuple[type[incoming.Contract], ...]] = (
    incoming.TransferRequest,
    fleet_contracts.FleetRequest,
    incoming.ReceiveAlone,
    incoming.RestoreAlone,
    incoming.SwitchBack,
    incoming.Profile,
    hook_contracts.HookInput,
    incoming.Offer,
    incoming.SnapshotShared,
    incoming.RestoreRequested,
    incoming.Answer,
    receipts.Receipt,
    drills.DrillReceipt,
    plan_reports.PlanReport,
    fleet_contracts.FleetSummary,
)
"""Every contract that a person or the other account may have to keep."""


def main() -> None:
    """Write every file anew, and remove those that no contract has any more."""
    SCHEMAS.mkdir(exist_ok=True)
    written = dict(files())
    for name, text in written.items():
        (SCHEMAS / name).write_text(text, encoding="utf-8")
    for path in SCHEMAS.glob("*.json"):
        if path.name not in written:
            path.unlink()


def files() -> "Iterator[tuple[str, str]]":
    """Return each file's name and text."""
    for model in WRITTEN:
        schema = {"$schema": DIALECT, **model.model_json_schema()}
        yield f"{incoming.schema_name(model)}.json", json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    main()
