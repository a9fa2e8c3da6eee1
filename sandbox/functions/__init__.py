"""Lambda: the template's handlers, run as processes of their own."""

from sandbox.functions.registry import Functions
from sandbox.functions.spec import FunctionSpec, Invocation, VpcConfig

__all__ = ["FunctionSpec", "Functions", "Invocation", "VpcConfig"]
