"""The data plane: real database servers on loopback, and their snapshots as encrypted files."""

from sandbox.data.clients import Connection, LoginError, connect, query
from sandbox.data.engines import engine_for
from sandbox.data.folders import open_directory
from sandbox.data.processes import DataError
from sandbox.data.sealed import SealError, open_sealed, seal
from sandbox.data.server import Server

__all__ = [
    "Connection",
    "DataError",
    "LoginError",
    "SealError",
    "Server",
    "connect",
    "engine_for",
    "open_directory",
    "open_sealed",
    "query",
    "seal",
]
