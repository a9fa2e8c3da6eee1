"""Writes the templates as SAM translates them, for scanners: `python -m tests.templates.translated FOLDER`."""

import json
import sys
from pathlib import Path

from sandbox.accounts import REGION
from sandbox.deploy.loading import load_template
from sandbox.deploy.sam import to_cloudformation
from tests.templates.stacks import HOOKS, ROOT, TEMPLATES


def main(folder: Path) -> None:
    """One JSON file for each."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in (*TEMPLATES, HOOKS):
        translated = to_cloudformation(load_template(ROOT / name), ROOT, {}, REGION)
        (folder / name).with_suffix(".json").write_text(json.dumps(translated, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
