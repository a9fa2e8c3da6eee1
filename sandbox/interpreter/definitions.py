"""Not a mending but a saving: a definition is parsed once in a process, not at every creation and start (0.1 s each).

What moto makes of a definition keeps nothing of an execution: the iterations of a Map share it too.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser

if TYPE_CHECKING:
    from sandbox.interpreter.patches import Patches

DEFINITIONS_KEPT = 64

_parse_once = functools.lru_cache(DEFINITIONS_KEPT)(AmazonStateLanguageParser.parse)


def mend(patches: Patches) -> None:
    """Parse each text once."""
    patches.replace(AmazonStateLanguageParser, "parse", staticmethod(_parse_once))
