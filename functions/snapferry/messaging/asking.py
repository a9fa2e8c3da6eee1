"""Asking the other account: a question is noted with its task token, then put as an event. The token stays here."""

from collections.abc import Mapping
from typing import Any

from snapferry.contracts.incoming import Asked, DatabaseFacts, Offer, RestoreRequested, SnapshotShared
from snapferry.transfers import TransferPlan
from snapferry.vocabulary import Question


def worded(question: Question, plan: TransferPlan, received: Mapping[str, Any] | None = None) -> Asked:
    """Return the detail of a question's event.

    Args:
        question: Which one.
        plan: The transfer.
        received: The target's answer to "Snapshot Shared"; a restore starts from its copy.
    """
    head: dict[str, Any] = {
        "transfer": plan.transfer,
        "source_account": plan.source_account,
        "target_account": plan.target_account,
        "region": plan.region,
        "deadline": plan.deadline,
        "database": DatabaseFacts.model_validate(plan.database),
    }
    match question:
        case Question.OFFER:
            return Offer(**head, restore=plan.restore, profile=plan.profile)
        case Question.RECEIVE:
            return SnapshotShared(**head, snapshot_arn=plan.copy_arn, data_time=plan.data_is_of)
        case Question.RESTORE:
            copy = (received or {})["snapshot_arn"]
            return RestoreRequested(**head, snapshot_arn=copy, profile=plan.profile)
