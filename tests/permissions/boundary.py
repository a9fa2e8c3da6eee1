"""Writes docs/permissions-boundary.json from the templates: a boundary that is wide enough for each of their roles."""

from __future__ import annotations

import json

from tests.permissions.grants import ALL, grants
from tests.templates.stacks import ROOT

FILE = ROOT / "docs" / "permissions-boundary.json"


def write() -> None:
    """Write the document anew."""
    FILE.write_text(document(), encoding="utf-8")


def document() -> str:
    """Every action that any role is allowed, on all resources: the roles' own policies name theirs."""
    actions = sorted({grant.action for name in ALL for grant in grants(name)}, key=str.lower)
    statement = {"Sid": "WhatSnapferrysRolesDo", "Effect": "Allow", "Action": actions, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2) + "\n"
