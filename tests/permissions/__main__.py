"""`make permissions`: plays tests, and writes record.json, docs/permissions.md and docs/permissions-boundary.json."""

import subprocess
import sys
import tempfile
from pathlib import Path

from tests.permissions import boundary, page, record
from tests.permissions.plugin import OPTION
from tests.templates.stacks import ROOT

PLAYED = tuple(
    f"tests/end_to_end/test_{name}.py"
    for name in (
        "closing", "drills", "failures", "fleet", "grants", "hooks", "kept_copies", "key_policy_elsewhere", "messages",
        "overlap", "own_keys", "passwords", "plan_only", "quotas", "renaming", "restore_settings", "retention",
        "schedule", "sources", "sql_hook", "switch_back", "taking_back", "transfer",
    )
)  # fmt: skip
OURS = ("tests/permissions/test_failed_events.py",)
KINDS = "tests/end_to_end/test_sources.py::TestAsDeployed::test_what_can_be_carried_crosses_and_leaves_nothing"
ORIGINALS = (
    "tests/end_to_end/test_sources.py::TestWithOriginals::test_what_is_under_the_transfer_key_is_shared_as_it_is"
)
LONG = (
    f"{KINDS}[postgres, cmk, fresh]", f"{KINDS}[aurora-mysql, cmk, fresh]",
    f"{KINDS}[postgres, aws/rds, latest automated]", f"{ORIGINALS}[postgres, transfer key, fresh]",
    f"{ORIGINALS}[aurora-mysql, transfer key, fresh]", f"{ORIGINALS}[aurora-mysql, transfer key, named]",
)  # fmt: skip
"""Of the long tests, those that make use of what no other one does."""


def main() -> int:
    """Play, unless only the page is asked for; 1 where a right is neither used nor explained."""
    if "--page" not in sys.argv[1:]:
        failed = play()
        if failed:
            return failed
    page.write()
    boundary.write()
    unexplained = record.read().unexplained()
    for grant in unexplained:
        sys.stderr.write(f"used by no test: {grant.template} {grant.role} {grant.key}\n")
    return 1 if unexplained else 0


def play() -> int:
    """Run the tests and write the record anew; pytest's exit code."""
    with tempfile.TemporaryDirectory() as folder:
        plugin = ["-p", "tests.permissions.plugin", OPTION, folder]
        for tests in ((*PLAYED, *OURS), ("-m", "long", *LONG)):
            command = [sys.executable, "-m", "pytest", "-q", "-n", "auto", "--dist", "loadfile", *plugin, *tests]
            code = subprocess.run(command, cwd=ROOT, check=False).returncode
            if code:
                return code
        record.write(record.merge(Path(folder).glob("*.json")))
    return 0


if __name__ == "__main__":
    sys.exit(main())
