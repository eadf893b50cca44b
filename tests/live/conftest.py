"""The live suite's database: a session of an empty test user, whose tables are made by the suite and dropped after it.

`ORACLE_TEST_DSN`, `ORACLE_TEST_USER` and `ORACLE_TEST_PASSWORD` name it (docs/adw-billing-oracle.md). Where the server
has a control endpoint for faults and wallets, `ORACLE_TEST_CONTROL` is its base URL.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from tests.support.oracle_server import OURS, Control, OracleServer

if TYPE_CHECKING:
    import oracledb


@pytest.fixture(scope="session")
def server() -> OracleServer:
    """Where the database is; without one the suite says so and skips."""
    dsn = os.environ.get("ORACLE_TEST_DSN", "")
    if not dsn:
        pytest.skip("ORACLE_TEST_DSN is not set: nothing here has run against a database")
    return OracleServer(
        dsn,
        os.environ.get("ORACLE_TEST_USER", "ADMIN"),
        os.environ.get("ORACLE_TEST_PASSWORD", ""),
        os.environ.get("ORACLE_TEST_CONTROL", ""),
    )


@pytest.fixture(scope="session")
def _empty_user(server: OracleServer) -> Iterator[None]:
    """Refuse a user that has the loader's tables: the suite drops them."""
    with server.connect() as connection:
        found = sorted(OURS & set(server.tables(connection)))
        if found:
            pytest.fail(f"{server.user} owns {', '.join(found)}: give the live suite a user of its own")
    yield
    with server.connect() as connection:
        server.drop_tables(connection)


@pytest.fixture(scope="session")
def _first_rows() -> list[tuple[str, str]]:
    """What `oci_loader` has held since the tables were made; empty where they are not as the loader has made them."""
    return []


@pytest.fixture
def no_tables(
    server: OracleServer, _empty_user: None, _first_rows: list[tuple[str, str]]
) -> Iterator[oracledb.Connection]:
    """A session that looks at what the loader has done, on a user without its tables."""
    _clear_faults(server)
    _first_rows.clear()
    with server.connect() as connection:
        server.drop_tables(connection)
        yield connection


@pytest.fixture
def made_tables(
    server: OracleServer, _empty_user: None, _first_rows: list[tuple[str, str]]
) -> Iterator[oracledb.Connection]:
    """The same on a user with the loader's tables, none of them with a row of an earlier test.

    To make them takes several times as long as what most tests do with them.
    """
    _clear_faults(server)
    with server.connect() as connection:
        if _first_rows:
            server.empty_tables(connection, _first_rows)
        else:
            server.drop_tables(connection)
            _first_rows += server.make_tables(connection)
        yield connection


@pytest.fixture
def database(no_tables: oracledb.Connection) -> oracledb.Connection:
    """What a test begins with; a module whose tests do not care how tables come about has `made_tables` here."""
    return no_tables


def _clear_faults(server: OracleServer) -> None:
    if server.control_url:
        Control(server.control_url).clear()


@pytest.fixture
def control(server: OracleServer) -> Iterator[Control]:
    """The server's faults; skips where it has none to offer, as a real database."""
    if not server.control_url:
        pytest.skip("ORACLE_TEST_CONTROL is not set: this server cannot be told to fail")
    found = Control(server.control_url)
    found.clear()
    yield found
    found.clear()


@pytest.fixture
def query(database: oracledb.Connection) -> Callable[..., list[tuple[object, ...]]]:
    """Rows of a query of the looking-on session."""

    def run(statement: str, **binds: object) -> list[tuple[object, ...]]:
        with database.cursor() as cursor:
            cursor.execute(statement, binds, fetch_decimals=True, fetch_lobs=False)
            return list(cursor.fetchall())

    return run


SWEEPS = [pytest.param(9, id="each-ninth"), pytest.param(1, id="each", marks=pytest.mark.soak)]
"""How far apart the messages are at which a sweep kills: all of them in `make soak` only."""


def messages(every: int, phase: str) -> range:
    """Return the messages to kill at, `every` apart, from one that `KILL_SEED` draws; a load has some fifty."""
    return range(random.Random(f"{os.environ['KILL_SEED']}-{phase}").randrange(every), 200, every)
