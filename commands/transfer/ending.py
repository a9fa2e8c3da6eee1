"""The end of a transfer, for human eyes: the receipt, the plan, or the error with what to do."""

import json
from collections.abc import Mapping
from typing import Any, Final

from commands import words
from commands.problems import Problem
from commands.screen import MARGIN, Screen
from commands.transfer.asking import command

GOOD: Final = 0
BAD: Final = 1
_REMEDY: Final = "What to do: "
_LAST_FUNCTION: Final = "a function that is at work ends by itself"


def tell(described: Mapping[str, Any], screen: Screen) -> int:
    """Print how an execution ended; give the exit code."""
    given = json.loads(described["input"])
    if described["status"] != "SUCCEEDED":
        _failed(described, given, screen)
        return BAD
    output = json.loads(described["output"])
    if "possible" in output:
        return _plan(output, given, screen)
    if output.get("repeated"):
        screen.say(f"Carried for {output['scheduled_time']} already, by {output['carried_by']}.")
        return GOOD
    _receipt(output, screen)
    return GOOD


def tell_interrupted(arn: str, screen: Screen) -> None:
    """Print what becomes of a transfer that nobody looks at any more."""
    screen.say()
    screen.say("The transfer goes on. To look at it again:", style="bold")
    screen.say(f"{MARGIN}make transfer FOLLOW={arn}")
    screen.say(f"To stop it ({_LAST_FUNCTION}; access is taken back within minutes):")
    screen.say(f"{MARGIN}aws stepfunctions stop-execution --execution-arn {arn}")


def _receipt(receipt: Mapping[str, Any], screen: Screen) -> None:
    access, restored = receipt["access"], receipt["restored"]
    screen.say(f"Done in {words.length(receipt['seconds'])}.", style="bold green")
    facts = [
        ("transfer", receipt["transfer"]),
        ("started from", f"{receipt['snapshot']} ({'taken by it' if receipt['fresh'] else 'there before'})"),
        ("target's copy", receipt["target_snapshot"]),
    ]
    if restored:
        facts += [
            ("database", f"{restored['identifier']} in account {receipt['target_account']}"),
            ("endpoint", f"{restored['endpoint']}:{restored['port']}"),
            ("user, secret", f"{restored['master_username']}, {restored['secret_arn']}"),
            ("connection", restored["parameter"]),
        ]
    same = access["fingerprint_at_opening"] == access["fingerprint_at_closing"]
    facts += [
        ("access", f"{access['principal']} on {access['key_arn']}"),
        ("opened, closed", f"{access['opened_at']}, {access['closed_at']}: {words.length(access['exposure_seconds'])}"),
        ("rest of policy", "as it was" if same else "changed by somebody else meanwhile"),
        ("grants left", _grants(access["grants"])),
        ("deleted", ", ".join(receipt["deleted_snapshots"]) or "nothing"),
        *(("remark", each) for each in [*receipt["remarks"], *access["remarks"]]),
    ]
    screen.facts(facts)


def _grants(grants: list[dict[str, Any]] | None) -> str:
    if grants is None:
        return "KMS did not say"
    return ", ".join(f"{one['id']} of {one['grantee']}" for one in grants if not one["revoked"]) or "none"


def _plan(report: Mapping[str, Any], given: Mapping[str, Any], screen: Screen) -> int:
    for remark in report["remarks"]:
        screen.say(f"{MARGIN}remark: {remark}")
    if not report["possible"]:
        problems = [_problem(each) for each in report["findings"]]
        screen.problems("It cannot be:", problems)
        return BAD
    screen.say("It can be; nothing was changed.", style="bold green")
    expected, accepted = report["expected"], report["accepted"] or {}
    facts = [(each["name"], _span(each["seconds"])) for each in (expected or {}).get("stages", [])]
    facts += [("in all", _span(expected["seconds"]))] if expected else []
    facts += [("would become", accepted["database"])] if accepted.get("database") else []
    screen.facts(facts)
    screen.say(f"To do it: {command({name: value for name, value in given.items() if name != 'plan_only'})}")
    return GOOD


def _problem(finding: Mapping[str, Any]) -> Problem:
    where = f" ({finding['resource']})" if finding["resource"] else ""
    what = f"{finding['side']}: {finding['error']}: {finding['what']}{where}"
    return Problem(what, finding["remedy"] or "see the error")


def _span(span: Mapping[str, int] | None) -> str:
    return words.between(span["least"], span["most"]) if span else "nobody can know"


def _failed(described: Mapping[str, Any], given: dict[str, Any], screen: Screen) -> None:
    status, error = described["status"], described.get("error")
    screen.say(f"{status}: {error}" if error else status, style="bold red")
    cause, again = _taken_apart(described.get("cause", ""), given)
    for line in cause.replace(f" {_REMEDY}", f"\n{_REMEDY}").splitlines():
        screen.say(f"{MARGIN}{line}")
    if status != "FAILED":
        screen.say(f"{MARGIN}What it held open is closed within minutes: see the executions of close-access.")
    screen.say("To run it again:")
    screen.say(f"{MARGIN}input    {json.dumps(again)}")
    screen.say(f"{MARGIN}command  {command(again)}")


def _taken_apart(cause: str, given: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """A cause, and the input to start again with: the one on its last line, or the same again."""
    head, _, last = cause.rpartition("\n")
    try:
        again = json.loads(last)
    except ValueError:
        return cause, given
    return (head, again) if isinstance(again, dict) and "database" in again else (cause, given)
