"""What is wrong with a value from outside, for whoever wrote it: each mistake with its field and what to write."""

import difflib
from typing import Any, Final

from pydantic import BaseModel, ValidationError

_WHAT_TO_DO: Final = {
    "bool_type": "write true or false",
    "dict_type": "write an object, in braces",
    "extra_forbidden": "no such field",
    "greater_than_equal": "write {ge} or more",
    "int_type": "write a whole number",
    "less_than_equal": "write {le} or less",
    "list_type": "write a list, in square brackets",
    "literal_error": "write {expected}",
    "missing": "this field is missing",
    "model_type": "it must be a JSON object",
    "string_pattern_mismatch": "write something that matches {pattern}",
    "string_too_long": "write at most {max_length} characters",
    "string_too_short": "write at least {min_length} characters",
    "string_type": "write text, in quotes",
}


def told(error: ValidationError, model: type[BaseModel]) -> str:
    """Return every mistake in one line, each with the field's path first; see ``listed``."""
    return "; ".join(listed(error, model))


def listed(error: ValidationError, model: type[BaseModel]) -> list[str]:
    """Return every mistake, each with the field's path first.

    Args:
        error: What pydantic has found.
        model: What the value should have been; a misspelt field is told with the one that was meant.
    """
    found = error.errors(include_url=False, include_input=False)
    return [f"{_path(each['loc'])}: {_what_to_do(each, model)}" for each in found]


def _path(location: tuple[Any, ...]) -> str:
    return ".".join(str(part) for part in location) or "the whole"


def _what_to_do(found: Any, model: type[BaseModel]) -> str:
    known = _WHAT_TO_DO.get(found["type"])
    if known is None:
        return str(found["msg"])
    words = known.format(**found.get("ctx", {}))
    if found["type"] != "extra_forbidden" or len(found["loc"]) > 1:
        return words
    meant = difflib.get_close_matches(str(found["loc"][0]), model.model_fields, n=1)
    return f"{words}, but there is {meant[0]}" if meant else words
