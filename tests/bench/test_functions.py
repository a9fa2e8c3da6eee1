"""The bench of functions: what is put together is what is shipped, and a start is really measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench import artifact, functions

if TYPE_CHECKING:
    from pathlib import Path


def test_what_is_put_together_is_ours_and_the_pinned_packages(tmp_path: Path) -> None:
    folder = artifact.put_together(tmp_path / "built")
    assert {"boto3", "botocore", "pydantic_core", "snapferry", "plan_transfer.py"} <= {
        each.name for each in folder.iterdir()
    }
    assert not list(folder.rglob("*.pyc"))
    assert not (folder / "pytest").exists()
    parts = artifact.parts(folder)
    assert sum(parts.values()) == artifact.size(folder)


def test_a_handlers_start_is_measured_beside_a_bare_one() -> None:
    section = functions.measure(["look_at_snapshot"], runs=1)
    bare_and_more = section.counts["look_at_snapshot, modules imported"]
    assert bare_and_more > 300  # boto3 alone has as many
    assert "| `look_at_snapshot` | rds |" in section.text
    assert section.counts["archive as deployed, 100 kB"] < section.counts["archive as built, 100 kB"]
