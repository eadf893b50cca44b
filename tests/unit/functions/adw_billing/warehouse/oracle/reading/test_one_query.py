"""Only one query goes to the database as a user wrote it: what would end a read-only transaction is refused."""

from __future__ import annotations

import pytest

from functions.adw_billing.warehouse.oracle.reading.one_query import one_query
from shared.errors import BadRequest

ALLOWED = [
    "SELECT 1 FROM dual",
    "  select 'a;b -- c' AS x FROM dual ; ",
    "/* ; DROP */ -- it's\n(SELECT 1 FROM dual)",
    "WITH x AS (SELECT 1 n FROM dual) SELECT n FROM x",
    "SELECT q'[it's; fine]' || nq'!a'b!' || 'it''s' AS \"a;'b\" FROM dual",
    "SELECT update_day FROM t -- FOR UPDATE",
    "SELECT a FROM t WHERE b = 'FOR UPDATE'",
]
REFUSED = [
    "",
    " ; ",
    "-- SELECT 1",
    "DROP TABLE oci_cost",
    "insert into oci_loader values ('a', 'b')",
    "DELETE FROM oci_cost",
    "MERGE INTO oci_cost USING dual ON (1 = 1) WHEN MATCHED THEN DELETE WHERE 1 = 1",
    "BEGIN DELETE FROM oci_cost; COMMIT; END;",
    "DECLARE x NUMBER; BEGIN NULL; END;",
    "CALL p()",
    "COMMIT",
    "SET TRANSACTION READ WRITE",
    "ALTER SESSION SET CURRENT_SCHEMA = x",
    "EXPLAIN PLAN FOR SELECT 1 FROM dual",
    "LOCK TABLE oci_cost IN EXCLUSIVE MODE",
    "SELECT 1 FROM dual; DROP TABLE oci_cost",
    "SELECT 1 FROM dual; -- more",
    "SELECT 1 FROM dual /* ; */ ; COMMIT",
    "SELECT * FROM oci_cost FOR  UPDATE",
    "WITH FUNCTION f RETURN NUMBER IS PRAGMA AUTONOMOUS_TRANSACTION; BEGIN COMMIT; RETURN 1; END; SELECT f FROM dual",
    "SELECT * FROM (WITH\nFUNCTION f RETURN NUMBER IS BEGIN RETURN 1; END SELECT f FROM dual)",
    "SELECT * FROM (WITH /* */ PROCEDURE p IS BEGIN NULL; END SELECT 1 FROM dual)",
    "SELECT 'open FROM dual",
    'SELECT "open FROM dual',
    "SELECT 1 /* open",
    "SELECT q'[open' FROM dual",
    "'SELECT'",
    '"SELECT" x',
    "1 SELECT",
]


@pytest.mark.parametrize("sql", ALLOWED)
def test_a_query_goes_as_it_was_written_without_its_semicolon(sql: str) -> None:
    assert one_query(sql) == sql.rstrip().rstrip(";")


@pytest.mark.parametrize("sql", REFUSED)
def test_anything_else_is_refused(sql: str) -> None:
    with pytest.raises(BadRequest) as refused:
        one_query(sql)
    assert refused.value.fields["field"] == "sql"
