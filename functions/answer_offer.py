"""Behind the rule for "Transfer Offered": plan the copy and the restore, then accept, or decline with all reasons."""

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry import aws, turns
from snapferry.contracts.incoming import Answer, FindingFacts, Offer, parsed
from snapferry.entry import Event, Result, entry_point
from snapferry.errors import TransferDeclined
from snapferry.findings import Findings, listed
from snapferry.messaging import answering, topic_key
from snapferry.messaging.senders import check_sender
from snapferry.settings import Settings
from snapferry.target.looking_ahead import Outlook, look_ahead
from snapferry.target.target_stack import TargetStack, clients
from snapferry.vocabulary import Question, Reply


@entry_point
def handler(event: Event, context: LambdaContext) -> Result:
    offer = parsed(Offer, event["detail"], what=f"The offer from account {event['account']}")
    check_sender(offer, event["account"])
    outlook = look_ahead(offer, TargetStack.of(context), clients())
    if outlook.identifier:
        _check_turn(outlook.findings, outlook.identifier)
    answering.send(_declined(offer, outlook.findings) if outlook.findings.refusals else _accepted(offer, outlook))
    return {"findings": [finding.as_json() for finding in outlook.findings.facts()]}


def _check_turn(findings: Findings, identifier: str) -> None:
    other = findings.check(lambda: turns.of_stack().holder(turns.name(identifier), besides=""))
    if other:
        findings.add(turns.name_refusal(identifier, other))


def _accepted(offer: Offer, outlook: Outlook) -> Answer:
    return Answer(
        transfer=offer.transfer,
        question=Question.OFFER,
        source_account=offer.source_account,
        reply=Reply.ACCEPTED,
        result={
            "role_arn": Settings().text("COPY_ROLE_ARN"),
            "database": outlook.identifier,
            "remarks": [*outlook.remarks, *_unheard()],
        },
    )


def _unheard() -> list[str]:
    return [f"in the target account: {said}" for said in topic_key.remarks(aws.client("kms"), Settings())]


def _declined(offer: Offer, findings: Findings) -> Answer:
    refusals = findings.refusals
    told = listed(refusals) if len(refusals) > 1 else refusals[0].told().rstrip(".")
    return Answer(
        transfer=offer.transfer,
        question=Question.OFFER,
        source_account=offer.source_account,
        reply=Reply.DECLINED,
        error=TransferDeclined.__name__,
        cause=f"In the {findings.side}: {told}.",
        findings=[FindingFacts(**finding.as_json()) for finding in findings.facts()],
    )
