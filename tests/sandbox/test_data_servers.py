"""Real servers: what a program writes survives snapshot, seal and restore; who may do what; nothing stays behind."""

import io
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import time_machine

from sandbox.data import (
    Connection,
    DataError,
    LoginError,
    SealError,
    Server,
    connect,
    engine_for,
    open_sealed,
    query,
    seal,
)

OLD = "Old-1"
KEY, NAME = b"k" * 32, b"arn:aws:rds:eu-west-1:111111111111:snapshot:s"
ENGINES = [name for name in ("aurora-postgresql", "aurora-mysql") if engine_for(name)]


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def server(engine: str, place: Path) -> Iterator[Server]:
    made = kind(engine).create(place / "first", master="master", password="Old-1", database="example")
    yield made
    made.remove()


@pytest.fixture
def users(engine: str, server: Server) -> None:
    """The reference story's table."""
    with closing(login(engine, server)) as program:
        query_nothing(program, "CREATE TABLE users (id int, name varchar(20), age int)")
        query_nothing(program, "INSERT INTO users VALUES (1, 'test1', 10), (2, 'test2', 20)")
        program.commit()


def kind(engine: str) -> type[Server]:
    found = engine_for(engine)
    assert found is not None
    return found


def login(engine: str, server: Server, password: str = OLD, user: str = "master") -> Connection:
    return connect(engine, server.port, user, password, "example")


def query_nothing(program: Connection, statement: str) -> None:
    program.cursor().execute(statement)


def snapshot(server: Server) -> bytes:
    sink = io.BytesIO()
    with server.backup() as stream:
        seal(stream, sink, KEY, NAME)
    return sink.getvalue()


def restored(engine: str, place: Path, sealed: bytes) -> Server:
    return kind(engine).restore(place / "second", open_sealed(io.BytesIO(sealed), KEY, NAME))


def processes_in(directory: Path) -> list[str]:
    """The command lines of all processes that name a directory."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:  # it ended meanwhile
            continue
        if str(directory) in words:
            found.append(words)
    return found


class Writer(threading.Thread):
    """A program that writes one number after the other into two tables, each time in one transaction."""

    def __init__(self, engine: str, server: Server) -> None:
        super().__init__(daemon=True)
        self.committed = 0
        self._program = login(engine, server)
        self._enough = threading.Event()
        for table in ("debit", "credit"):
            query_nothing(self._program, f"CREATE TABLE {table} (id int, padding text)")
        self._program.commit()

    def run(self) -> None:
        cursor = self._program.cursor()
        while not self._enough.is_set():
            for table in ("debit", "credit"):
                insert = f"INSERT INTO {table} VALUES (%s, %s)"  # noqa: S608 - our own two names
                cursor.execute(insert, (self.committed + 1, "x" * 3000))
            self._program.commit()
            self.committed += 1

    def finish(self) -> None:
        self._enough.set()
        self.join(10)
        self._program.close()


def wait_until_written(writer: Writer, count: int) -> None:
    waiting = threading.Event()
    for _ in range(1000):
        if writer.committed >= count:
            return
        waiting.wait(0.01)
    pytest.fail("the writer does not get on")


def test_a_snapshot_taken_while_a_program_writes_holds_every_commit_whole(
    engine: str, server: Server, place: Path
) -> None:
    writer = Writer(engine, server)
    writer.start()
    try:
        wait_until_written(writer, 50)
        before = writer.committed
        sealed = snapshot(server)
        after = writer.committed
        wait_until_written(writer, after + 5)  # it goes on undisturbed
    finally:
        writer.finish()
    second = restored(engine, place, sealed)
    second.start()
    with closing(login(engine, second)) as program:
        debit = query(program, "SELECT id FROM debit ORDER BY id")
        credit = query(program, "SELECT id FROM credit ORDER BY id")
    second.remove()
    assert debit == credit == [(number,) for number in range(1, len(debit) + 1)]
    assert before <= len(debit) <= writer.committed


@pytest.mark.usefixtures("users")
def test_the_sealed_snapshot_does_not_show_the_rows_or_passwords(server: Server) -> None:
    with server.backup() as stream:
        plain = stream.read()
    sealed = snapshot(server)
    assert b"test1" in plain  # so the search would find it
    assert b"test1" not in sealed
    assert b"master" not in sealed


@pytest.mark.usefixtures("users")
def test_productions_password_lives_on_until_it_is_changed(engine: str, server: Server, place: Path) -> None:
    second = restored(engine, place, snapshot(server))
    second.start()
    with closing(login(engine, second)) as program:
        assert query(program, "SELECT * FROM users ORDER BY id") == [(1, "test1", 10), (2, "test2", 20)]
    second.set_password("master", "New-'2\\\"%")
    with pytest.raises(LoginError):
        login(engine, second)
    login(engine, second, "New-'2\\\"%").close()
    second.remove()
    login(engine, server).close()  # production keeps its own


def test_a_password_set_before_the_start_is_in_force_before_anybody_can_come(
    engine: str, server: Server, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = restored(engine, place, snapshot(server))
    change, reachable = second._change_password, []  # noqa: SLF001 - to look in from between

    def watched(user: str, password: str) -> None:
        with closing(socket.socket()) as probe:
            reachable.append(probe.connect_ex(("127.0.0.1", second.port)) == 0)
        change(user, password)

    monkeypatch.setattr(second, "_change_password", watched)
    second.set_password("master", "New-2")
    assert not second.running
    second.start()
    assert reachable == [False]
    with pytest.raises(LoginError):
        login(engine, second)
    login(engine, second, "New-2").close()
    second.remove()


@pytest.mark.usefixtures("users")
def test_other_users_come_along_with_their_passwords(engine: str, server: Server, place: Path) -> None:
    create = "CREATE USER app PASSWORD 'App-1'" if "postgres" in engine else "CREATE USER app IDENTIFIED BY 'App-1'"
    with closing(login(engine, server)) as program:
        query_nothing(program, create)
        query_nothing(program, "GRANT SELECT ON users TO app")
        program.commit()
    second = restored(engine, place, snapshot(server))
    second.start()
    with closing(login(engine, second, "App-1", "app")) as program:
        assert len(query(program, "SELECT * FROM users")) == 2
    second.remove()


@pytest.mark.usefixtures("users")
def test_a_stopped_server_can_be_snapshotted_and_stays_stopped(engine: str, server: Server, place: Path) -> None:
    server.stop()
    sealed = snapshot(server)
    assert not server.running
    second = restored(engine, place, sealed)
    second.start()
    with closing(login(engine, second)) as program:
        assert len(query(program, "SELECT * FROM users")) == 2
    second.remove()


@pytest.mark.usefixtures("users")
def test_commits_survive_a_stop_and_the_port_stays(engine: str, server: Server) -> None:
    port = server.port
    server.stop()
    server.start()
    server.start()  # does nothing
    assert server.port == port
    with closing(login(engine, server)) as program:
        assert len(query(program, "SELECT * FROM users")) == 2


def test_nothing_runs_or_lies_about_after_the_end(server: Server, place: Path) -> None:
    sockets = server.sockets
    assert processes_in(place)
    server.stop()
    server.stop()
    assert not server.running
    assert not processes_in(place)
    assert not sockets.exists()
    server.remove()
    server.remove()
    assert not list(place.iterdir())


def test_the_master_makes_tables_users_and_databases(engine: str, server: Server) -> None:
    with closing(connect(engine, server.port, "master", "Old-1", "example", autocommit=True)) as program:
        query_nothing(program, "CREATE DATABASE another")
    with closing(connect(engine, server.port, "master", "Old-1", "another")) as program:
        query_nothing(program, "CREATE TABLE t (id int)")
        program.commit()
        assert query(program, "SELECT * FROM t") == []


def test_the_master_cannot_read_the_machines_files(engine: str, server: Server) -> None:
    with closing(login(engine, server)) as program:
        if "postgres" in engine:
            with pytest.raises(Exception, match="permission denied"):
                query(program, "SELECT pg_read_file('/etc/passwd')")
            program.rollback()
            with pytest.raises(Exception, match="permission denied"):
                query(program, "COPY pg_temp.t FROM PROGRAM 'id'")
        else:
            grab_every_right(program)
    if "postgres" not in engine:
        with closing(login(engine, server)) as program:
            assert query(program, "SELECT LOAD_FILE('/etc/passwd')") == [(None,)]
            with pytest.raises(Exception, match="secure-file-priv"):
                query(program, "SELECT 1 INTO OUTFILE '/tmp/stolen'")


def grab_every_right(program: Connection) -> None:
    """MariaDB's master may write the table of rights itself, so a right that is not granted is no barrier."""
    query_nothing(program, "UPDATE mysql.global_priv SET Priv = JSON_SET(Priv, '$.access', 1073741823)")
    query_nothing(program, "FLUSH PRIVILEGES")


def test_the_internal_superuser_has_no_way_in_by_network(engine: str, server: Server) -> None:
    with pytest.raises(LoginError):
        login(engine, server, "", "rdsadmin")


def test_it_listens_on_loopback_only(server: Server) -> None:
    listening = "0A"
    lines = [line.split() for kind in ("tcp", "tcp6") for line in Path(f"/proc/net/{kind}").read_text().splitlines()]
    ours = {line[1] for line in lines if line[3] == listening and line[1].endswith(f":{server.port:04X}")}
    assert ours == {f"0100007F:{server.port:04X}"}


def test_a_damaged_snapshot_leaves_no_files(engine: str, server: Server, place: Path) -> None:
    sealed = snapshot(server)
    with pytest.raises(SealError):
        restored(engine, place, sealed[:-1])
    with pytest.raises(DataError, match="not a backup"):
        kind(engine).restore(place / "second", io.BytesIO(b"nonsense" * 1000))
    assert not (place / "second").exists()
    assert not processes_in(place / "second")


def test_a_reader_that_gives_up_leaves_nothing_behind(server: Server, place: Path) -> None:
    with pytest.raises(ZeroDivisionError), server.backup() as stream:
        raise ZeroDivisionError(stream.read(1))
    assert sorted(path.name for path in (place / "first").iterdir()) == ["data", "log", "sockets"]
    assert len(processes_in(server.sockets)) == 1


def test_a_server_that_cannot_start_says_why(engine: str, server: Server) -> None:
    server.stop()
    with closing(socket.create_server(("127.0.0.1", server.port))), pytest.raises(DataError, match="in use"):
        server.start()
    assert not server.running
    server.start()
    login(engine, server).close()


def test_it_starts_while_the_virtual_clock_stands_still(engine: str, place: Path) -> None:
    with time_machine.travel("2026-01-01T00:00:00Z", tick=False):
        made = kind(engine).create(place / "frozen", master="master", password="Old-1", database="example")
        made.stop()
        made.set_password("master", "New-2")
        made.start()
        login(engine, made, "New-2").close()
        made.remove()
