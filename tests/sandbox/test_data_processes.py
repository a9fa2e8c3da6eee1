"""Child processes: they die with us, however we die, run as nobody, and reach what they need."""

import os
import pwd
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from sandbox.data import DataError, connect, engine_for, folders, open_directory, postgres, processes
from sandbox.data.postgres import PostgresServer

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
ROOT = Path(__file__).parents[2]
# A sandbox that starts one server and then hangs.
HANGING = """
import sys, time
from pathlib import Path
from sandbox.data import engine_for
server = engine_for(sys.argv[1]).create(Path(sys.argv[2]), master="master", password="Old-1")
print(server.port, server._process.pid, flush=True)
time.sleep(60)
"""


def alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def wait_for_end(pid: int) -> None:
    for _ in range(500):
        if not alive(pid):
            return
        time.sleep(0.01)
    pytest.fail(f"process {pid} lives on")


@pytest.mark.parametrize("engine", [name for name in ("postgres", "mysql") if engine_for(name)])
def test_a_killed_sandbox_takes_its_servers_along(engine: str, place: Path) -> None:
    command = [sys.executable, "-c", HANGING, engine, str(place / "db")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as sandbox:
        assert sandbox.stdout is not None
        port, pid = (int(word) for word in sandbox.stdout.readline().split())
        connect(engine, port, "master", "Old-1").close()
        sandbox.send_signal(signal.SIGKILL)
        sandbox.wait()
    wait_for_end(pid)


def test_a_child_outlives_the_thread_that_started_it() -> None:
    # The kernel sends the death signal when the starting thread ends; virtual threads are threads that end.
    started: list[subprocess.Popen[bytes]] = []
    thread = threading.Thread(target=lambda: started.append(processes.start(["sleep", "60"])))
    thread.start()
    thread.join()
    time.sleep(0.1)
    (child,) = started
    assert child.poll() is None
    child.kill()
    child.wait()


@AS_ROOT
def test_no_child_runs_as_root() -> None:
    assert processes.run(["id", "-u"]).decode().strip() == str(pwd.getpwnam("nobody").pw_uid)
    assert processes.run(["id", "-G"]).decode().split() == [str(pwd.getpwnam("nobody").pw_gid)]


def test_a_child_gets_nothing_of_our_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-for-children")
    monkeypatch.setenv("PGDATA", "/nowhere")
    assert {line.split("=")[0] for line in processes.run(["env"]).decode().split()} == {"PATH", "LC_ALL", "TZ"}


def test_a_failing_program_says_why() -> None:
    with pytest.raises(DataError, match="cannot access '/no/such/place'"):
        processes.run(["ls", "/no/such/place"])
    with pytest.raises(DataError, match="there is no program no-such-program"):
        processes.run(["no-such-program"])


def test_a_directory_with_a_long_name_is_no_obstacle_for_sockets(place: Path) -> None:
    directory = place / ("long" * 30)
    server = PostgresServer.create(directory, master="master", password="Old-1")
    sockets = server.sockets
    assert directory not in sockets.parents
    server.remove()
    assert not sockets.exists()


@AS_ROOT
def test_a_directory_that_nobody_can_enter_is_refused_with_the_way_out(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    with pytest.raises(DataError, match="open_directory"):
        PostgresServer.create(tmp_path / "db", master="master", password="Old-1")
    assert not (tmp_path / "db").exists()


def test_programs_that_the_servers_user_cannot_read_are_copied_once(monkeypatch: pytest.MonkeyPatch) -> None:
    find = postgres._binaries  # noqa: SLF001 - what it found before must be forgotten
    find.cache_clear()
    with open_directory("sf-test-") as place:  # not the fixture's: programs may not run from memory
        monkeypatch.setattr(folders, "readable", lambda _: False)
        monkeypatch.setattr(folders, "_temporary", lambda: place)
        try:
            copied = find()
            assert place in copied.parents
            assert b"PostgreSQL" in processes.run([copied / "postgres", "--version"])
            server = PostgresServer.create(place / "db", master="master", password="Old-1")
            connect("postgres", server.port, "master", "Old-1").close()
            server.remove()
        finally:
            find.cache_clear()


@AS_ROOT
def test_a_file_below_a_closed_directory_is_not_readable(place: Path) -> None:
    (place / "closed").mkdir(mode=0o700)
    for directory in (place, place / "closed"):
        (directory / "file").write_text("x")
        (directory / "file").chmod(0o644)
    assert folders.readable(place / "file")
    assert not folders.readable(place / "closed" / "file")


def test_somebody_elses_cache_is_refused(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "_temporary", lambda: place)
    (place / "elsewhere").mkdir()
    (place / f"snapferry-cache-{os.geteuid()}").symlink_to(place / "elsewhere")
    with pytest.raises(DataError, match="not a directory of ours"):
        folders.cached("thing", lambda target: target.mkdir())


def test_a_failed_build_is_not_cached(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "_temporary", lambda: place)

    def half(target: Path) -> None:
        target.mkdir()
        raise DataError("in the middle")

    with pytest.raises(DataError):
        folders.cached("thing", half)
    whole = folders.cached("thing", lambda target: (target / "inner").mkdir(parents=True))
    assert (whole / "inner").exists()
    assert sorted(path.name for path in whole.parent.iterdir()) == ["thing"]


def test_two_who_build_the_same_at_once_agree(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "_temporary", lambda: place)

    def overtaken(target: Path) -> None:
        (target / "mine").mkdir(parents=True)
        (target.parents[1] / "thing" / "theirs").mkdir(parents=True)

    assert [path.name for path in folders.cached("thing", overtaken).iterdir()] == ["theirs"]
