"""Which names a piece of a template uses: for the order of creation, and to find names that nobody declares."""

from collections.abc import Iterator
from typing import Any

from sandbox.deploy.intrinsics import SUB_NAME


def names_in(written: Any) -> Iterator[str]:
    """Parameters, pseudo parameters and resources named by Ref, GetAtt and Sub, in every branch of every If."""
    if isinstance(written, list):
        for inner in written:
            yield from names_in(inner)
    elif isinstance(written, dict):
        for key, inner in written.items():
            yield from _names_of(key, inner)


def conditions_in(written: Any) -> Iterator[str]:
    """Conditions named by If."""
    if isinstance(written, list):
        for inner in written:
            yield from conditions_in(inner)
    elif isinstance(written, dict):
        for key, inner in written.items():
            if key == "Fn::If" and isinstance(inner, list) and inner:
                yield str(inner[0])
            yield from conditions_in(inner)


def _names_of(key: str, inner: Any) -> Iterator[str]:
    if key == "Ref" and isinstance(inner, str):
        yield inner
    elif key == "Fn::GetAtt" and inner:
        yield inner.split(".")[0] if isinstance(inner, str) else inner[0]
    elif key == "Fn::Sub" and inner:
        template, local = (inner, {}) if isinstance(inner, str) else inner
        names = (name.strip().split(".")[0] for literal, name in SUB_NAME.findall(template) if not literal)
        yield from (name for name in names if name not in local)
        yield from names_in(local)
    else:
        yield from names_in(inner)
