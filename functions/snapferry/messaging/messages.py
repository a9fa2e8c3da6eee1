"""Events to the other account: put on the own bus, from where a rule carries them."""

from typing import TYPE_CHECKING, Final

from snapferry.errors import AwsBusy, AwsRefused

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

_BUSY: Final = frozenset({"InternalFailure", "ThrottlingException"})


def put_event(events: "EventBridgeClient", *, bus: str, source: str, detail_type: str, detail: str) -> None:
    """Put one event on a bus of this account.

    The call succeeds although the entry fails, so its result is looked at (aws-facts 5.1).

    Raises:
        AwsBusy: EventBridge asks to try again.
        AwsRefused: It does not take the event.
    """
    entry = {
        "Source": source,
        "DetailType": detail_type,
        "Detail": detail,
        "EventBusName": bus,
    }
    result = events.put_events(Entries=[entry])["Entries"][0]  # type: ignore[list-item]
    code = result.get("ErrorCode")
    if code is None:
        return
    said = f"PutEvents: {code}: {result.get('ErrorMessage', '')}".rstrip(".")
    if code in _BUSY:
        raise AwsBusy(said, resource=bus)
    raise AwsRefused(said, resource=bus, remedy="see whether the event bus is there, and what its stack's roles may do")
