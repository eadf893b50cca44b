"""The database of the live suite, and the control endpoint of a server that can be told to fail."""

from __future__ import annotations

import json
import urllib.request
from dataclasses import dataclass
from typing import Any

import oracledb

from functions.adw_billing.model.tables import ALL, STAGE_PREFIX
from functions.adw_billing.settings import Settings
from functions.adw_billing.warehouse.oracle.session import Session
from functions.adw_billing.warehouse.oracle.views import create_statements
from functions.adw_billing.warehouse.oracle.warehouse import OracleWarehouse
from shared.deadline import Deadline
from shared.settings import Secret

OURS = {table.name.upper() for table in ALL}
VIEWS = {name.upper() for name in create_statements()}


class CountingSession(Session):
    """A session that counts the requests made, a batch as one."""

    requests = 0

    def _begin(self) -> None:
        self.requests += 1
        super()._begin()


@dataclass(frozen=True)
class OracleServer:
    """DSN and user; `control_url` is empty for a database that cannot be told to fail."""

    dsn: str
    user: str
    password: str
    control_url: str

    def connect(self) -> oracledb.Connection:
        """A session that is not the loader's."""
        return oracledb.connect(user=self.user, password=self.password, dsn=self.dsn)

    def warehouse(self, deadline: Deadline, call_id: str, **options: Any) -> OracleWarehouse:
        """The loader's warehouse on a session of its own."""
        return OracleWarehouse(Session(self.connect, deadline), deadline, call_id, **options)

    def settings(self, **changes: Any) -> Settings:
        """The function's settings for this database."""
        values = {"db_dsn": self.dsn, "db_user": self.user, "db_pass": Secret(self.password), **changes}
        return Settings(usage_report_bucket="ocid1.tenancy.oc1..aaaaaaaalive", **values)

    @staticmethod
    def tables(connection: oracledb.Connection) -> list[str]:
        """The user's tables."""
        with connection.cursor() as cursor:
            return [name for (name,) in cursor.execute("select table_name from user_tables")]

    @classmethod
    def drop_tables(cls, connection: oracledb.Connection) -> None:
        """Drop what the loader makes, and nothing else."""
        with connection.cursor() as cursor:
            for name in cls.tables(connection):
                if name in OURS or name.startswith(STAGE_PREFIX.upper()):
                    cursor.execute(f"drop table {name} purge")
            for (name,) in list(cursor.execute("select view_name from user_views")):
                if name in VIEWS:
                    cursor.execute(f"drop view {name}")

    def make_tables(self, connection: oracledb.Connection) -> list[tuple[str, str]]:
        """Let the loader make its tables; return what it remembers from then on."""
        made = self.warehouse(Deadline.after(600), "call-0")
        made.migrate()
        made.close()
        with connection.cursor() as cursor:
            return list(cursor.execute("select name, value from oci_loader"))

    @classmethod
    def empty_tables(cls, connection: oracledb.Connection, first_rows: list[tuple[str, str]]) -> None:
        """Leave the loader's tables as they were made."""
        with connection.cursor() as cursor:
            for name in cls.tables(connection):
                if name in OURS:
                    cursor.execute(f"delete from {name}")
                elif name.startswith(STAGE_PREFIX.upper()):
                    cursor.execute(f"drop table {name} purge")
            cursor.executemany("insert into oci_loader (name, value) values (:1, :2)", first_rows)
        connection.commit()


class Control:
    """A server's control endpoint: `POST /faults`, `DELETE /faults`, `POST /wallet`, `GET /events`."""

    def __init__(self, url: str) -> None:
        self._url = url

    def fault(self, on: str, action: str, **options: object) -> None:
        """Place a fault at a message of the server."""
        self._call("POST", "/faults", {"on": on, "action": action, **options})

    def fired(self) -> int:
        """How often faults have struck."""
        return sum(int(rule["fired"]) for rule in self._call("GET", "/faults"))

    def clear(self) -> None:
        """Take all faults away."""
        self._call("DELETE", "/faults")

    def state(self) -> dict[str, Any]:
        """What the server says of itself, such as `tls_port`."""
        return dict(self._call("GET", "/state"))

    def wallet(self, folder: str, password: str) -> dict[str, str]:
        """Write the server's client wallet, its key encrypted with the password; where its files are."""
        return dict(self._call("POST", "/wallet", {"dir": folder, "password": password}))

    def events(self, name: str) -> list[dict[str, Any]]:
        """What has happened of one kind."""
        return [event for event in self._call("GET", "/events") if event["event"] == name]

    def _call(self, method: str, path: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._url + path, data, method=method)  # noqa: S310  (the test's own server)
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return json.load(answer)
