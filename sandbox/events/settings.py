"""What can be set about the sandbox's EventBridge: AWS's answers where no source tells them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Unconfirmed:
    """aws-facts 5.1: whether a denial stands in the entry or refuses the whole call is UNCONFIRMED."""

    put_events_denied_by_entry: bool = False
    """True: a PutEvents is answered with 200, and each entry that is not allowed has its own AccessDeniedException."""
