"""Writes the table of rules into `sandbox/README.md`: `python -m sandbox.register.table`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.register import ROOMS, Rule

if TYPE_CHECKING:
    from types import ModuleType

README = Path(__file__).resolve().parent.parent / "README.md"
HEADING = "## The rules\n"


def main() -> None:
    """Put the table where it stands, at the end of the page."""
    README.write_text(with_table(README.read_text(encoding="utf-8")), encoding="utf-8")


def with_table(page: str) -> str:
    """The page, its last section written anew."""
    before, found, _ = page.partition(HEADING)
    if not found:
        raise ValueError(f"{README} has no line {HEADING!r}")
    return before + section()


def section() -> str:
    """All rules, room by room."""
    number = sum(len(rules_of(room)) for room in ROOMS)
    begin = (
        f"{HEADING}\nWhat the sandbox adds on top of moto: {number} rules, each once in `register/`, named by the code "
        "that keeps it.\nEach has a test that goes red when the rule is switched off: `make mutate-sandbox` does that "
        "for all of them.\nWritten from the register by `make rules`. *Setting*: AWS does not say; "
        "`rds/settings.py` or `events/settings.py` does.\n"
    )
    return "\n".join([begin, *(_table(room) for room in ROOMS)])


def rules_of(room: ModuleType) -> list[Rule]:
    """A room's rules, in their order."""
    return [rule for rule in vars(room).values() if isinstance(rule, Rule)]


def _table(room: ModuleType) -> str:
    title = str(room.__doc__).strip().rstrip(".")
    rows = [_row(rule) for rule in rules_of(room)]
    return "\n".join([f"### {title}\n", "| Rule | AWS says | Code | Source |", "| --- | --- | --- | --- |", *rows, ""])


def _row(rule: Rule) -> str:
    codes = "<br>".join(f"`{code}`" for code in rule.codes)
    setting = f"<br>*Setting* `{rule.setting}`" if rule.setting else ""
    return f"| `{rule.id}` | {rule.says} | {codes} | {rule.source}{setting} |"


if __name__ == "__main__":
    main()
