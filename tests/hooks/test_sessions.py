"""The SQL hook's sessions against running servers: what is counted, rolled back, and never said."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Self

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from sandbox.data import connect, engine_for, open_directory, query
from sandbox.sanitise import EXAMPLES
from sql_hook.errors import LoginRefused, ScriptFailed
from sql_hook.request import Request, Script
from sql_hook.sessions import log_in
from sql_hook.sources import Login

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sandbox.data.server import Server

MASTER, PASSWORD, HIDDEN = "master", "Production-Secret-1", "Hidden-Password-9"
ENGINES = [name for name in ("aurora-mysql", "postgres") if engine_for(name)]
ROWS = [(1, "test1"), (2, "test2")]
SSL_REQUEST = b"\x00\x00\x00\x08\x04\xd2\x16\x2f"


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def server(engine: str) -> Iterator[Server]:
    kind = engine_for(engine)
    assert kind is not None
    with open_directory("sf-hook-") as directory:
        made = kind.create(directory / "server", master=MASTER, password=PASSWORD, database="example")
        yield made
        made.remove()


@pytest.fixture(autouse=True)
def two_rows(engine: str, server: Server) -> None:
    with closing(connect(engine, server.port, MASTER, PASSWORD, "example", autocommit=True)) as connection:
        cursor = connection.cursor()
        cursor.execute("DROP TABLE IF EXISTS users")
        cursor.execute("CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(100))")
        for row in ROWS:
            cursor.execute("INSERT INTO users VALUES (%s, %s)", row)


def test_statements_and_written_rows_are_counted(engine: str, server: Server) -> None:
    text = """
      UPDATE users SET name = 'nobody; really';  -- a semicolon inside
      SELECT * FROM users;
      INSERT INTO users VALUES (3, 'three'), (4, 'four'), (5, 'five');
      DELETE FROM users WHERE id = 1;
    """
    assert run(engine, server, text) == (4, 6)
    assert rows(engine, server) == [(2, "nobody; really"), (3, "three"), (4, "four"), (5, "five")]


@pytest.mark.parametrize("text", ["", "  \n", "-- nothing", ";"])
def test_a_script_without_statements_does_nothing(engine: str, server: Server, text: str) -> None:
    statements, written = run(engine, server, text)
    assert (statements <= 1, written) == (True, 0)  # MariaDB answers to a comment, too
    assert rows(engine, server) == ROWS


@pytest.mark.parametrize(
    "text", ["UPDATE users SET name = concat('user ', id);", (EXAMPLES / "mask_users.sql").read_text()]
)
def test_a_script_may_run_twice(engine: str, server: Server, text: str) -> None:
    for _ in range(2):
        run(engine, server, text)
    assert rows(engine, server) == [(1, "user 1"), (2, "user 2")]


def test_a_percent_sign_and_a_colon_are_no_placeholders(engine: str, server: Server) -> None:
    run(engine, server, "UPDATE users SET name = '100 %s :name' WHERE name LIKE '%1'")
    assert rows(engine, server)[0] == (1, "100 %s :name")


def test_a_script_that_breaks_changes_nothing(engine: str, server: Server) -> None:
    with pytest.raises(ScriptFailed, match="no_such_table"):
        run(engine, server, "DELETE FROM users; SELECT * FROM no_such_table;")
    assert rows(engine, server) == ROWS


def test_without_a_transaction_what_was_done_stays(engine: str, server: Server) -> None:
    if engine == "postgres":  # which takes several statements in one go as a transaction
        assert run(engine, server, "VACUUM users", transaction=False) == (1, 0)
        with pytest.raises(ScriptFailed, match="25001"):
            run(engine, server, "VACUUM users")
        return
    with pytest.raises(ScriptFailed):
        run(engine, server, "DELETE FROM users; SELECT * FROM no_such_table;", transaction=False)
    assert rows(engine, server) == []


@pytest.mark.parametrize(
    "text",
    [
        f"CREATE USER somebody IDENTIFIED PASSWRD '{HIDDEN}';",
        f"INSERT INTO users VALUES (1, '{HIDDEN}');",  # noqa: S608
        f"INSERT INTO users VALUES ('{HIDDEN}', 'x');",  # noqa: S608
        f"CREATE UNIQUE INDEX one_name ON users (name); INSERT INTO users VALUES (8, '{HIDDEN}'), (9, '{HIDDEN}');",  # noqa: S608
    ],
)
def test_what_a_script_says_or_a_row_holds_is_in_no_message(engine: str, server: Server, text: str) -> None:
    with pytest.raises(ScriptFailed) as failure:
        run(engine, server, text)
    assert HIDDEN not in str(failure.value)
    assert failure.value.__cause__ is None
    assert failure.value.__suppress_context__  # a traceback in the log shows nothing of the driver's words
    assert len(str(failure.value)) > 20


def test_a_wrong_password_is_refused_without_being_shown(engine: str, server: Server) -> None:
    with pytest.raises(LoginRefused) as refusal, log_in(request(engine, server.port), Login(MASTER, HIDDEN), None):
        pass
    assert HIDDEN not in str(refusal.value)
    assert HIDDEN not in repr(Login(MASTER, HIDDEN))


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("SELECT count(*) FROM users", 2),
        ("SELECT name FROM users ORDER BY id", "test1"),
        ("SELECT name FROM users WHERE id = 9", None),
        ("SELECT max(name) FROM users WHERE id = 9", None),
        ("SELECT cast(2.50 AS decimal(4, 2))", 2.5),
        ("SELECT sum(id) FROM users", 3),
    ],
)
def test_a_value_is_as_json_has_it(engine: str, server: Server, asked: str, found: Any) -> None:
    with log_in(request(engine, server.port), Login(MASTER, PASSWORD), None) as session:
        value = session.value(asked)
    assert (value, type(value)) == (found, type(found))


def test_an_expectation_s_query_changes_nothing(engine: str, server: Server) -> None:
    login = Login(MASTER, PASSWORD)
    with log_in(request(engine, server.port), login, None) as session, pytest.raises(ScriptFailed):
        session.value("DELETE FROM users")
    assert rows(engine, server) == ROWS


# In MySQL's protocol TLS begins in the middle of the talk, where `Tls`, which stands before the server, cannot take
# it over. Both drivers get the same context, so what it refuses is tried with PostgreSQL's alone.
@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
def test_tls_is_spoken_only_with_whom_the_bundle_vouches_for(engine: str, server: Server, tmp_path: Path) -> None:
    authority, stranger = Authority("ours"), Authority("a stranger's")
    trust, login = ssl.create_default_context(cadata=authority.pem), Login(MASTER, PASSWORD)
    with (
        Tls(server.port, authority.certificate_for("127.0.0.1", tmp_path)) as front,
        log_in(request(engine, front.port), login, trust) as session,
    ):
        assert session.value("SELECT 7") == 7
    for wrong in (stranger.certificate_for("127.0.0.1", tmp_path), authority.certificate_for("192.0.2.1", tmp_path)):
        with Tls(server.port, wrong) as front, pytest.raises(LoginRefused, match="CERTIFICATE_VERIFY_FAILED"):
            log_in(request(engine, front.port), login, trust).__enter__()


def test_a_server_without_tls_is_refused_where_tls_is_wanted(engine: str, server: Server) -> None:
    with (
        pytest.raises(LoginRefused),
        log_in(request(engine, server.port), Login(MASTER, PASSWORD), ssl.create_default_context()),
    ):
        pass


def request(engine: str, port: int) -> Request:
    return Request(
        engine=engine, host="127.0.0.1", port=port, secret_arn="", database="example", scripts=(), expectations=()
    )


def run(engine: str, server: Server, text: str, *, transaction: bool = True) -> tuple[int, int]:
    with log_in(request(engine, server.port), Login(MASTER, PASSWORD), None) as session:
        counted = session.run(Script("x.sql", transaction), text)
    return counted.statements, counted.rows


def rows(engine: str, server: Server) -> list[tuple[Any, ...]]:
    with closing(connect(engine, server.port, MASTER, PASSWORD, "example")) as connection:
        return query(connection, "SELECT id, name FROM users ORDER BY id")


class Authority:
    """A certificate authority of our own."""

    def __init__(self, name: str) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        self.certificate = self._signed(self.name, self.key, x509.BasicConstraints(ca=True, path_length=None))
        self.pem = self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    def certificate_for(self, host: str, directory: Path) -> Path:
        """A file with a server's certificate and key."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
        made = self._signed(subject, key, x509.SubjectAlternativeName([x509.IPAddress(ip_address(host))]))
        path = directory / f"{id(key)}.pem"
        plain = serialization.NoEncryption()
        path.write_bytes(
            key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
            + made.public_bytes(serialization.Encoding.PEM)
        )
        return path

    def _signed(self, subject: x509.Name, key: Any, extension: x509.ExtensionType) -> x509.Certificate:
        now = datetime.now(UTC)
        authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(authority, critical=False)
            .add_extension(_usage(ca=isinstance(extension, x509.BasicConstraints)), critical=True)
            .sign(self.key, hashes.SHA256())
        )


def _usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca, key_cert_sign=ca, crl_sign=ca, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip


class Tls:
    """A front that speaks TLS as a PostgreSQL server does, and plainly with the one behind it."""

    def __init__(self, behind: int, certificate: Path) -> None:
        self._behind = behind
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join()
        self._listening.close()

    def _serve(self) -> None:
        plain, _ = self._listening.accept()
        with plain, suppress(OSError):
            assert plain.recv(8) == SSL_REQUEST
            plain.sendall(b"S")
            with (
                self._context.wrap_socket(plain, server_side=True) as front,
                socket.create_connection(("127.0.0.1", self._behind)) as back,
            ):
                other = threading.Thread(target=_pump, args=(back, front))
                other.start()
                _pump(front, back)
                other.join()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
