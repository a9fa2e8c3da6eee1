"""Definitions: a saving, and two mendings.

A definition is parsed once in a process, not at every creation and start (0.1 s each). What moto makes of it keeps
nothing of an execution: the iterations of a Map share it too.

AWS: ToleratedFailurePercentage may be a whole number, and a JSONata state's ResultWriter has Arguments.
moto: its grammar knows neither.
"""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING, Any

from moto.stepfunctions.parser.asl.component.common.query_language import QueryLanguage, QueryLanguageMode
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser
from moto.stepfunctions.parser.asl.parse.preprocessor import Preprocessor

if TYPE_CHECKING:
    from sandbox.interpreter.patches import Patches

DEFINITIONS_KEPT = 64
PERCENTAGE, WRITER = "ToleratedFailurePercentage", "ResultWriter"

_parse = AmazonStateLanguageParser.parse


@functools.lru_cache(DEFINITIONS_KEPT)
def _parse_once(definition: str) -> Any:
    return _parse(_as_moto_writes_it(definition))


def mend(patches: Patches) -> None:
    """Parse each text once."""
    patches.replace(AmazonStateLanguageParser, "parse", staticmethod(_parse_once))
    visit = Preprocessor.visitResult_writer_decl

    def visit_parameters(preprocessor: Any, context: Any) -> Any:
        """In a JSONata state too; `expressions.evaluated` looks for expressions in them."""
        scopes: list[Any] = preprocessor._query_language_per_scope  # noqa: SLF001 - the seam
        scopes.append(QueryLanguage(QueryLanguageMode.JSONPath))
        try:
            return visit(preprocessor, context)
        finally:
            scopes.pop()

    patches.replace(Preprocessor, "visitResult_writer_decl", visit_parameters)


def _as_moto_writes_it(definition: str) -> str:
    if PERCENTAGE not in definition and WRITER not in definition:
        return definition
    try:
        return json.dumps(json.loads(definition, object_hook=_rewritten))
    except ValueError:
        return definition  # moto says what is wrong with it


def _rewritten(part: dict[str, Any]) -> dict[str, Any]:
    if isinstance(part.get(PERCENTAGE), int):
        part[PERCENTAGE] = float(part[PERCENTAGE])
    writer = part.get(WRITER)
    if isinstance(writer, dict) and "Arguments" in writer:
        writer["Parameters"] = writer.pop("Arguments")
    return part
