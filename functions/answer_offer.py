"""Behind the rule for "Transfer Offered": plan the copy and the restore, then accept, or decline with all reasons."""

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry import answering
from snapferry.contracts import Answer, Offer, parsed
from snapferry.entry import Event, Result, account_of, entry_point
from snapferry.errors import OwnKeyNotUsable, ProfileInvalid, ProfileNotFound, TransferDeclined
from snapferry.keys import find_key
from snapferry.restore_checks import Wanted, reasons_against
from snapferry.senders import check_sender
from snapferry.settings import Settings
from snapferry.target_stack import TargetStack, clients
from snapferry.vocabulary import Question, Reply


@entry_point
def handler(event: Event, context: LambdaContext) -> Result:
    offer = parsed(Offer, event["detail"], what=f"The offer from account {event['account']}")
    check_sender(offer, event["account"])
    reasons = _reasons(offer, TargetStack.of(context))
    answering.send(_declined(offer, reasons, context) if reasons else _accepted(offer))
    return {"reasons": reasons}


def _reasons(offer: Offer, stack: TargetStack) -> list[str]:
    using = clients()
    try:
        if not offer.restore:
            find_key(using.kms, stack.key, region=stack.region, refusal=OwnKeyNotUsable)
            return []
        profile = using.profiles.find(database=offer.database.identifier, named=offer.profile)
    except (OwnKeyNotUsable, ProfileNotFound, ProfileInvalid) as error:
        return [f"{error.what} (what to do: {error.remedy})"]
    wanted = Wanted(
        transfer=offer.transfer,
        database=offer.database.identifier,
        family=offer.database.family,
        instance_class=offer.database.instance_class,
        profile=profile,
    )
    return reasons_against(wanted, stack, using)


def _accepted(offer: Offer) -> Answer:
    return Answer(
        transfer=offer.transfer,
        question=Question.OFFER,
        source_account=offer.source_account,
        reply=Reply.ACCEPTED,
        result={"role_arn": Settings().text("COPY_ROLE_ARN")},
    )


def _declined(offer: Offer, reasons: list[str], context: LambdaContext) -> Answer:
    return Answer(
        transfer=offer.transfer,
        question=Question.OFFER,
        source_account=offer.source_account,
        reply=Reply.DECLINED,
        error=TransferDeclined.__name__,
        cause=f"In the target account {account_of(context)}: {'; '.join(reasons)}.",
    )
