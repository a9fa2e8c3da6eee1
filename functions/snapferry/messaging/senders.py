"""Who may ask this account: the sender is taken from the event's envelope, never from its detail."""

from snapferry.contracts.incoming import Asked
from snapferry.errors import NotOurs


def check_sender(asked: Asked, account: str) -> None:
    """Make sure that a question speaks for the account that sent it.

    Raises:
        NotOurs: Its detail names another source, or another account's snapshot.
    """
    if asked.source_account != account:
        raise NotOurs(
            f"Account {account} sent a question in the name of {asked.source_account}; it is ignored",
            resource=account,
            remedy="ask that account who sends such events",
        )
