"""Of which of AWS's services the functions make clients: read in their code."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path


class UnknownService(Exception):
    """Code of ours makes a client of a service that is known only once it runs."""


@cache
def services_used(folder: Path) -> frozenset[str]:
    """Return boto3's names of the services, as literals of `client("...")` in our own modules.

    Args:
        folder: A built function: our modules, and the packages that they are shipped with.

    Raises:
        UnknownService: A client's service is no literal, and none of its callers' arguments either.
    """
    return frozenset(service for module in our_modules(folder) for service in literals(module))


def our_modules(folder: Path) -> Iterator[Path]:
    """Yield the files of the handlers, and of the domain, in a built function."""
    yield from folder.glob("*.py")
    yield from (folder / "snapferry").rglob("*.py")


def literals(module: Path) -> Iterator[str]:
    """Yield the services of which one module makes clients.

    Raises:
        UnknownService: As `services_used`.
    """
    tree = ast.parse(module.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or _name(node.func) not in {"client", "aws.client", "boto3.client"}:
            continue
        service = node.args[0] if node.args else None
        if isinstance(service, ast.Constant) and isinstance(service.value, str):
            yield service.value
        elif _name(node.func) != "boto3.client" or not _passes_on(tree, service):
            raise UnknownService(f"{module.name}, line {node.lineno}: a client of what service?")


def _passes_on(tree: ast.Module, service: ast.expr | None) -> bool:
    """Return whether it is the argument of the module's own `client`, whose callers are looked at."""
    own = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "client"]
    return bool(own) and isinstance(service, ast.Name) and service.id == own[0].args.args[0].arg


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return f"{node.value.id}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""
