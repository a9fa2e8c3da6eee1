"""Mending: which names of errors Retry and Catch see and match.

AWS: an error of a branch or an iteration keeps its name, be it `States.Timeout`; `States.ALL` matches all but
States.DataLimitExceeded, `States.TaskFailed` all but States.Timeout, and nothing matches States.Runtime.
moto: falls over a `States.` name that is passed on (which no Catch then catches), and matches too much or too little.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name import CustomErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.error_equals_decl import ErrorEqualsDecl
from moto.stepfunctions.parser.asl.component.common.error_name.error_name import ErrorName
from moto.stepfunctions.parser.asl.parse import preprocessor

from sandbox.register.stepfunctions import CATCH_MATCHES
from sandbox.virtual_threading import PACKAGE

if TYPE_CHECKING:
    from moto.stepfunctions.parser.asl.eval.environment import Environment

    from sandbox.interpreter.patches import Patches

ALL, TASK_FAILED, TIMEOUT = "States.ALL", "States.TaskFailed", "States.Timeout"
RUNTIME, DATA_LIMIT = "States.Runtime", "States.DataLimitExceeded"


class PassedOn(ErrorName):
    """An error's name as it came; a definition's own names stay checked where it is read."""


def mend(patches: Patches) -> None:
    """Pass names on, match them as AWS does."""
    for name, module in sorted(sys.modules.items()):
        raises = getattr(module, "CustomErrorName", None) is CustomErrorName
        if name.startswith(PACKAGE) and raises and module is not preprocessor:
            patches.replace(module, "CustomErrorName", PassedOn)
    patches.replace(ErrorEqualsDecl, "_eval_body", _match)


def matches(error: str | None, wanted: list[str | None]) -> bool:
    """Whether an `ErrorEquals` matches an error."""
    if not CATCH_MATCHES.holds:
        return ALL in wanted or error in wanted
    if error == RUNTIME:
        return False
    if ALL in wanted and error != DATA_LIMIT:
        return True
    if TASK_FAILED in wanted and error != TIMEOUT:
        return True
    return error in wanted


def _match(declaration: ErrorEqualsDecl, env: Environment) -> None:
    error: Any = env.stack.pop()
    name = None if error is None else error.error_name
    env.stack.append(matches(name, [wanted.error_name for wanted in declaration.error_names]))
