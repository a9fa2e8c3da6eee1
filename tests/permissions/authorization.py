"""Which resources an action knows, as AWS's service authorization reference says."""

from __future__ import annotations

import json
import re
import subprocess
from functools import cache
from pathlib import Path

SCRIPT = Path(__file__).with_name("authorization.mjs")
VARIABLE = re.compile(r"\$\{[^}]+\}")


@cache
def arns_of(actions: frozenset[str]) -> dict[str, list[str]]:
    """The ARN formats of the resource types of each action; none for an action that knows no resource level."""
    asked = json.dumps(sorted(actions))
    answer = subprocess.run(["node", str(SCRIPT)], input=asked, capture_output=True, text=True, check=True, timeout=60)
    found: dict[str, list[str]] = json.loads(answer.stdout)
    return found


def may_meet(pattern: str, arn_format: str) -> bool:
    """Whether some ARN of the format may match the pattern of a policy, `arn` and partition left out."""
    wanted, known = pattern.split(":", 3), arn_format.split(":", 5)[2:]
    return all(_overlap(one, other) for one, other in zip(wanted, known, strict=True))


def _overlap(pattern: str, form: str) -> bool:
    """Both may have parts that stand for anything; compared up to the first of them, from both ends."""
    one, other = (VARIABLE.sub("*", text) for text in (pattern, form))
    head = min(len(one.split("*")[0]), len(other.split("*")[0]))
    tail = min(len(one.rsplit("*", 1)[-1]), len(other.rsplit("*", 1)[-1])) if "*" in one and "*" in other else 0
    if "*" not in one and "*" not in other:
        return one == other
    if "*" not in one or "*" not in other:
        fixed, open_one = (one, other) if "*" not in one else (other, one)
        return re.fullmatch(re.escape(open_one).replace(r"\*", ".*"), fixed) is not None
    return one[:head] == other[:head] and (not tail or one[-tail:] == other[-tail:])
