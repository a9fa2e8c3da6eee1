"""What the target finds when a transfer is offered: everything on its side that would make it fail. Reads only."""

from dataclasses import dataclass, field

from snapferry import names
from snapferry.contracts.incoming import Offer
from snapferry.databases.quotas import room_for_snapshots
from snapferry.findings import Findings
from snapferry.source.plan_checks import check_name
from snapferry.target.restore_checks import check_key, check_restore
from snapferry.target.target_stack import Clients, TargetStack
from snapferry.target.wanted import Wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What is to be expected of the target.

    Attributes:
        findings: Everything that stands in the way.
        identifier: What the new database would be called; None if none shall come up, or nobody can tell.
        remarks: What passes by itself, but has to be waited for.
    """

    findings: Findings
    identifier: str | None = None
    remarks: list[str] = field(default_factory=list)


def look_ahead(offer: Offer, stack: TargetStack, clients: Clients) -> Outlook:
    """Find out whether the target could take its copy, and bring a database up from it.

    Raises:
        RetryLater: AWS asks to try again.
    """
    findings = Findings(f"target account {stack.account}")
    family, copy = offer.database.family, names.snapshot_name(offer.database.identifier, offer.transfer)
    findings.check(lambda: check_name(clients.rds, family, copy, offer.transfer))
    room = findings.check(lambda: room_for_snapshots(clients.rds, family))
    remarks = [f"in the {findings.side}: {said}" for said in room.remarks(needed=1)] if room else []
    wanted = findings.check(lambda: _wanted(offer, clients)) if offer.restore else None
    if wanted is None:
        check_key(stack, clients, findings)
        return Outlook(findings=findings, remarks=remarks)
    check_restore(wanted, stack, clients, findings)
    return Outlook(findings=findings, identifier=wanted.identifier, remarks=remarks)


def _wanted(offer: Offer, clients: Clients) -> Wanted:
    return Wanted(
        transfer=offer.transfer,
        database=offer.database.identifier,
        family=offer.database.family,
        engine=offer.database.engine,
        engine_version=offer.database.engine_version,
        instance_class=offer.database.instance_class,
        scaling=offer.database.scaling,
        profile=clients.profiles.find(database=offer.database.identifier, named=offer.profile),
    )
