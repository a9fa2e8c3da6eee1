"""Say all that is wrong with a restore profile in a file, without AWS. Run by ``make validate-profile FILE=...``."""  # noqa: INP001 - docs is a folder of documents, no package

import json
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent

if str(ROOT / "functions") not in sys.path:  # as on Lambda, where `snapferry` lies beside the handlers
    sys.path.insert(0, str(ROOT / "functions"))

from snapferry.target.profile_checks import read_profile  # noqa: E402 - only now can it be found


def main(arguments: list[str]) -> int:
    """Print what is wrong, one mistake a line; the exit code is 0 for a valid profile, 1 for another, 2 for no file."""
    if len(arguments) != 1:
        print("Say which: make validate-profile FILE=profile.json", file=sys.stderr)
        return 2
    path = Path(arguments[0])
    try:
        found = wrong_in(path.read_text(encoding="utf-8"))
    except OSError as error:
        print(f"{path} cannot be read: {error.strerror}", file=sys.stderr)
        return 2
    for mistake in found:
        print(f"{path}: {mistake}")
    if not found:
        print(f"{path} is a valid profile. A transfer with plan_only tells whether what it names is there.")
    return 1 if found else 0


def wrong_in(text: str) -> list[str]:
    """Return every mistake of a profile's text, each with its field."""
    try:
        value = json.loads(text)
    except ValueError as error:
        return [f"it is no JSON: {error}"]
    return read_profile(value)[1]


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
