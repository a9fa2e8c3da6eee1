"""Snapshots at rest: AES-256-GCM in chunks of 1 MiB, written and read as a stream.

Layout: magic (8 bytes), salt (16), then chunks of 1 MiB + 16 bytes; the last one may be shorter, even empty.
Every file has a key of its own, derived from the snapshot's key, the salt and the snapshot's identity; a chunk's
nonce is its number and whether it is the last. So a chunk that is changed, moved, missing, cut off or taken from
another snapshot does not open, and neither does anything under another key or identity.
"""

import io
import os
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

CHUNK = 1 << 20
_TAG = 16
_SALT = 16
_MAGIC = b"ferry\x00\x00\x01"


class SealError(Exception):
    """The bytes are not what was sealed, or the key or identity is another one."""


def seal(source: BinaryIO, sink: BinaryIO, key: bytes, identity: bytes) -> None:
    """Encrypt all of `source` into `sink` under a 32-byte key, bound to an identity such as the snapshot's ARN."""
    salt = os.urandom(_SALT)
    cipher = _cipher(key, salt, identity)
    sink.write(_MAGIC + salt)
    number = 0
    chunk = _read_full(source, CHUNK)
    while True:
        following = _read_full(source, CHUNK)
        sink.write(cipher.encrypt(_nonce(number, last=not following), chunk, None))
        if not following:
            return
        chunk, number = following, number + 1


def open_sealed(source: BinaryIO, key: bytes, identity: bytes) -> BinaryIO:
    """Return a reader of what was sealed. Only at its end is it certain that nothing is missing.

    Raises:
        SealError: here or while reading.
    """
    head = _read_full(source, len(_MAGIC) + _SALT)
    if len(head) != len(_MAGIC) + _SALT or not head.startswith(_MAGIC):
        raise SealError("this is not a sealed snapshot")
    return io.BufferedReader(_Chunks(source, _cipher(key, head[len(_MAGIC) :], identity)), CHUNK)


class _Chunks(io.RawIOBase):
    """The opened chunks, one after the other."""

    def __init__(self, source: BinaryIO, cipher: AESGCM) -> None:
        super().__init__()
        self._source = source
        self._cipher = cipher
        self._number = 0
        self._sealed: bytes | None = _read_full(source, CHUNK + _TAG)  # None: the last one was opened
        self._plain = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview | bytearray") -> int:  # type: ignore[override] # typeshed's Buffer
        if not self._plain and self._sealed is not None:
            self._plain = memoryview(self._open_next(self._sealed))
        size = min(len(buffer), len(self._plain))
        buffer[:size] = self._plain[:size]
        self._plain = self._plain[size:]
        return size

    def _open_next(self, sealed: bytes) -> bytes:
        following = _read_full(self._source, CHUNK + _TAG)
        try:
            plain = self._cipher.decrypt(_nonce(self._number, last=not following), sealed, None)
        except InvalidTag as error:
            raise SealError(f"chunk {self._number} is damaged, out of place or under another key") from error
        # Only now: whoever reads on after an error gets the same error, never a clean end.
        self._sealed, self._number = following or None, self._number + 1
        return plain


def _cipher(key: bytes, salt: bytes, identity: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt=salt, info=identity).derive(key))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(8) + last.to_bytes(4)


def _read_full(source: BinaryIO, size: int) -> bytes:
    """Read `size` bytes, fewer only at the end: a pipe gives what it has."""
    parts = []
    while size and (part := source.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
