"""The data behind the control plane: servers, and snapshots as sealed files."""

from __future__ import annotations

import itertools
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, cast

from sandbox.data.engines import engine_for
from sandbox.data.sealed import open_sealed, seal
from sandbox.doors.guarded import GuardedServer, hidden_address
from sandbox.rds.keys import encryption_context
from sandbox.rds.models import SealedData

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sandbox.data.server import Server
    from sandbox.doors import Firewall
    from sandbox.kms import Key
    from sandbox.rds.models import Database, Snapshot

CHUNK = 1 << 20


class DataPlane:
    """Makes, seals and restores the data of databases, below one directory."""

    def __init__(self, directory: Path, firewall: Firewall, *, enabled: bool) -> None:
        """With `enabled=False`, or for an engine without a server, everything is control plane only."""
        self._directory = directory
        self._firewall = firewall
        self._enabled = enabled
        self._numbers = itertools.count(1)

    def create(self, database: Database, password: str) -> GuardedServer | None:
        """A new server with a master user; stopped, until the database is available."""
        kind = engine_for(database.engine) if self._enabled else None
        if kind is None:
            return None
        server = kind.create(
            self._new_path(database),
            master=database.master_username,
            password=password,
            database=database.database_name,
            host=hidden_address(),
        )
        server.stop()
        return self._guarded(database, server)

    def restore(self, database: Database, snapshot: Snapshot, key: Key | None) -> GuardedServer | None:
        """A server from a snapshot's data, decrypted with a key that the caller may use; stopped."""
        kind = engine_for(database.engine) if self._enabled else None
        if kind is None or snapshot.data.path is None:
            return None
        with _opened(snapshot, key) as stream:
            server = kind.restore(self._new_path(database), stream, host=hidden_address())
        return self._guarded(database, server)

    def take(self, database: Database, identity: str, key: Key | None) -> SealedData:
        """A snapshot's file with the data as it is now."""
        data_key, blob = _new_data_key(key, database.resource_id)
        if database.server is None:
            return SealedData(None, blob)
        with database.server.backup() as stream:
            return SealedData(self._write(stream, identity, data_key), blob)

    def copy(self, source: Snapshot, source_key: Key | None, identity: str, target_key: Key | None) -> SealedData:
        """The same data under another key: decrypted and sealed again as a stream."""
        data_key, blob = _new_data_key(target_key, source.database_resource_id)
        if source.data.path is None:
            _data_key_of(source, source_key)
            return SealedData(None, blob)
        with _opened(source, source_key) as stream:
            return SealedData(self._write(stream, identity, data_key), blob)

    def _guarded(self, database: Database, server: Server) -> GuardedServer:
        return GuardedServer(server, lambda door: self._firewall.admits(database, door))

    def _write(self, stream: BinaryIO, identity: str, data_key: bytes | None) -> Path:
        self._directory.mkdir(parents=True, exist_ok=True)
        path = self._directory / f"{next(self._numbers):04d}.snapshot"
        with path.open("wb") as sink:
            if data_key is None:
                while chunk := stream.read(CHUNK):
                    sink.write(chunk)
            else:
                seal(stream, sink, data_key, identity.encode())
        return path

    def _new_path(self, database: Database) -> Path:
        return self._directory / f"{next(self._numbers):04d}-{database.arn.account}-{database.name[:20]}"


def discard(data: SealedData) -> None:
    """Delete a snapshot's file."""
    if data.path is not None:
        data.path.unlink(missing_ok=True)


@contextmanager
def _opened(snapshot: Snapshot, key: Key | None) -> Iterator[BinaryIO]:
    data_key = _data_key_of(snapshot, key)
    with cast("Path", snapshot.data.path).open("rb") as sealed:
        yield sealed if data_key is None else open_sealed(sealed, data_key, str(snapshot.arn).encode())


def _data_key_of(snapshot: Snapshot, key: Key | None) -> bytes | None:
    if key is None or snapshot.data.data_key is None:
        return None
    return key.decrypt(snapshot.data.data_key, encryption_context(snapshot.database_resource_id))


def _new_data_key(key: Key | None, resource_id: str) -> tuple[bytes | None, bytes | None]:
    if key is None:
        return None, None
    return key.generate_data_key(encryption_context(resource_id))
