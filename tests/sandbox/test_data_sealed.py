"""What is sealed opens whole, under its key and identity only, or not at all."""

import io
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.data import SealError, open_sealed, seal, sealed

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
NAME, OTHER_NAME = b"arn:aws:rds:eu-west-1:111111111111:snapshot:a", b"arn:aws:rds:eu-west-1:111111111111:snapshot:b"
SMALL = 16  # bytes in a chunk here, so that a few bytes are many chunks
HEAD, FRAME = 24, SMALL + 16

plain_bytes = st.binary(max_size=6 * SMALL)


@pytest.fixture(autouse=True, scope="module")
def _small_chunks() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sealed, "CHUNK", SMALL)
        yield


def sealed_bytes(plain: bytes, key: bytes = KEY, name: bytes = NAME) -> bytes:
    sink = io.BytesIO()
    seal(io.BytesIO(plain), sink, key, name)
    return sink.getvalue()


def opened(data: bytes, key: bytes = KEY, name: bytes = NAME) -> bytes:
    return open_sealed(io.BytesIO(data), key, name).read()


def chunks(data: bytes) -> list[bytes]:
    return [data[start : start + FRAME] for start in range(HEAD, len(data), FRAME)]


class Dribble(io.BytesIO):
    """A pipe: it gives fewer bytes than one asks for."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(size, 5) if size and size > 0 else size)


@given(plain_bytes)
def test_what_was_sealed_comes_back(plain: bytes) -> None:
    assert opened(sealed_bytes(plain)) == plain


@given(plain_bytes)
def test_a_slow_pipe_makes_no_difference(plain: bytes) -> None:
    sink = io.BytesIO()
    seal(Dribble(plain), sink, KEY, NAME)
    assert open_sealed(Dribble(sink.getvalue()), KEY, NAME).read() == plain


@given(plain_bytes, st.data())
def test_a_truncated_file_never_opens_to_the_end(plain: bytes, data: st.DataObject) -> None:
    whole = sealed_bytes(plain)
    cut = data.draw(st.integers(0, len(whole) - 1))
    with pytest.raises(SealError):
        opened(whole[:cut])


@given(plain_bytes, st.data())
def test_one_changed_bit_is_noticed(plain: bytes, data: st.DataObject) -> None:
    whole = bytearray(sealed_bytes(plain))
    whole[data.draw(st.integers(0, len(whole) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(SealError):
        opened(bytes(whole))


@given(plain_bytes, st.binary(min_size=1, max_size=3 * FRAME))
def test_bytes_added_at_the_end_are_noticed(plain: bytes, more: bytes) -> None:
    with pytest.raises(SealError):
        opened(sealed_bytes(plain) + more)


def test_reordered_chunks_are_refused() -> None:
    whole = sealed_bytes(b"a" * SMALL + b"b" * SMALL + b"c" * SMALL)
    first, second, third = chunks(whole)
    with pytest.raises(SealError):
        opened(whole[:HEAD] + second + first + third)


def test_a_missing_chunk_in_the_middle_is_refused() -> None:
    whole = sealed_bytes(b"a" * SMALL + b"b" * SMALL + b"c" * SMALL)
    first, _, third = chunks(whole)
    with pytest.raises(SealError):
        opened(whole[:HEAD] + first + third)


def test_a_chunk_of_another_file_is_refused_even_under_the_same_key_and_identity() -> None:
    one, two = (sealed_bytes(letter * 3 * SMALL) for letter in (b"a", b"b"))
    first, _, third = chunks(one)
    with pytest.raises(SealError):
        opened(one[:HEAD] + first + chunks(two)[1] + third)


@pytest.mark.parametrize(("key", "name"), [(OTHER_KEY, NAME), (KEY, OTHER_NAME)])
def test_another_key_or_identity_opens_nothing(key: bytes, name: bytes) -> None:
    with pytest.raises(SealError):
        opened(sealed_bytes(b"secret"), key, name)


def test_whoever_reads_on_after_an_error_gets_the_error_again() -> None:
    whole = bytearray(sealed_bytes(b"a" * 4 * SMALL))
    whole[HEAD + FRAME] ^= 1
    reader = open_sealed(io.BytesIO(bytes(whole)), KEY, NAME)
    for _ in range(3):
        with pytest.raises(SealError):
            reader.read()


def test_equal_contents_look_different_and_show_nothing() -> None:
    one, two = sealed_bytes(b"test1" * 20), sealed_bytes(b"test1" * 20)
    assert one[HEAD:] != two[HEAD:]
    assert b"test1" not in one


def test_memory_stays_flat_however_long_the_stream(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed, "CHUNK", 1 << 20)
    size, limit = 64 << 20, 12 << 20
    tracemalloc.start()
    try:
        with (tmp_path / "sealed").open("wb") as sink:
            seal(endless(size), sink, KEY, NAME)
        with (tmp_path / "sealed").open("rb") as source:
            reader = open_sealed(source, KEY, NAME)
            read = sum(len(part) for part in iter(lambda: reader.read(1 << 16), b""))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert read == size
    assert peak < limit


def endless(size: int) -> BinaryIO:
    class Zeros(io.RawIOBase):
        left = size

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: memoryview) -> int:  # type: ignore[override] # typeshed's Buffer
            given = min(len(buffer), self.left)
            self.left -= given
            return given

    return io.BufferedReader(Zeros())
