"""A handler that connects to a database."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import psycopg

CHILD = "import psycopg, sys; psycopg.connect(sys.argv[1], connect_timeout=5).close()"


def visit(event: dict[str, Any], _context: Any) -> str:
    """`let in`, or what the driver says."""
    try:
        psycopg.connect(event["where"], connect_timeout=5).close()
    except psycopg.OperationalError as error:
        return str(error)
    return "let in"


def send_child(event: dict[str, Any], _context: Any) -> str:
    """The same, by a program that the function starts."""
    run = subprocess.run([sys.executable, "-c", CHILD, event["where"]], capture_output=True, text=True, check=False)
    return "let in" if run.returncode == 0 else run.stderr
