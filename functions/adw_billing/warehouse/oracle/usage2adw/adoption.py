"""Adopts what usage2adw has loaded, a file a transaction: proved against their sums, replaced by its next load.

In the same schema their tables have the names of ours: they are renamed, which copies nothing, and stay what they were.
In another schema they are read where they stand. A file that our ledger has is left alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from functions.adw_billing.errors import ProofFailed
from functions.adw_billing.model.exact_sums import add, plain
from functions.adw_billing.model.warehouse import ObjectKey, Outcome, Sums
from functions.adw_billing.warehouse.oracle.usage2adw import their_tables as theirs
from shared import logs
from shared.errors import BadRequest, FunctionError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from functions.adw_billing.warehouse.oracle.warehouse import OracleWarehouse

_log = logs.get("adw-billing")
_COLUMNS = "SELECT table_name FROM {catalogue} WHERE column_name = 'FILE_ID' AND table_name IN (:cost, :usage){owner}"
THERE_ALREADY = ("ORA-00955", "ORA-01408")


@dataclass(slots=True)
class Adopted:
    """What became of their files."""

    files: int = 0
    rows: int = 0
    cost: Decimal = Decimal(0)
    known: int = 0
    failed: list[dict[str, object]] = field(default_factory=list)

    def detail(self) -> dict[str, object]:
        """Return the answer."""
        counts = {"files": self.files, "rows": self.rows, "cost_sum": plain(self.cost), "known_files": self.known}
        return {**counts, "failed": self.failed}


@dataclass(frozen=True, slots=True)
class _File:
    """A file of theirs and what its lines come to."""

    dialect: str
    source: str
    tenant_name: str
    file_id: str
    sums: Sums


class Adoption:
    """``tenancies``: the OCID of each of their TENANT_NAMEs; ``schema``: where their tables are, empty for our own."""

    def __init__(self, warehouse: OracleWarehouse, tenancies: Mapping[str, str], schema: str) -> None:
        self._warehouse = warehouse
        self._session = warehouse.session
        self._tenancies = tenancies
        self._prefix = theirs.schema_prefix(schema)
        self._schema = schema

    def run(self) -> Adopted:
        """Adopt every file. Raises BadRequest where there is nothing of theirs or a tenant has no OCID."""
        sources = self._sources()
        if not sources:
            where = self._schema or "this user"
            fix = "name the user of usage2adw with --schema, and grant SELECT on OCI_COST, OCI_USAGE, OCI_LOAD_STATUS"
            raise BadRequest(f"no table of usage2adw in the schema of {where}", fix=fix, field="schema")
        self._require_tenancies(sources)
        sources = self._out_of_the_way(sources)
        self._warehouse.migrate()
        found = Adopted()
        names = self._object_names()
        ledgers = {ocid: set(self._warehouse.ledger(ocid)) for ocid in self._tenancies.values()}
        for dialect, source in sources.items():
            for row in self._session.rows(theirs.files(dialect, source)):
                self._adopt(_file(dialect, source, row), names, ledgers, found)
        return found

    def _sources(self) -> dict[str, str]:
        """Return what their tables are called, by dialect: those that were taken over before, too."""
        found: dict[str, str] = {}
        for names in (theirs.TAKEN_OVER, theirs.TABLES):
            binds: dict[str, object] = {dialect: name.upper() for dialect, name in names.items()}
            catalogue, owner = "user_tab_columns", ""
            if self._schema:
                catalogue, owner = "all_tab_columns", " AND owner = :owner"
                binds["owner"] = self._schema.upper()
            there = {
                str(name) for (name,) in self._session.rows(_COLUMNS.format(catalogue=catalogue, owner=owner), **binds)
            }
            found |= {dialect: self._prefix + name for dialect, name in names.items() if name.upper() in there}
        return found

    def _require_tenancies(self, sources: Mapping[str, str]) -> None:
        names: set[str] = set()
        for source in sources.values():
            names |= {str(name) for (name,) in self._session.rows(f"SELECT DISTINCT TENANT_NAME FROM {source}")}
        unknown = sorted(names - set(self._tenancies))
        if unknown:
            fix = " ".join(f"--tenant '{name}=<OCID of the tenancy>'" for name in unknown)
            raise BadRequest(f"whose reports are those of {', '.join(unknown)}?", fix=f"add {fix}", field="tenant")

    def _out_of_the_way(self, sources: Mapping[str, str]) -> dict[str, str]:
        """Rename their tables where ours need the names, and index the files; return what they are called then."""
        if self._schema:
            return dict(sources)
        renamed = dict(sources)
        for dialect, source in sources.items():
            target = theirs.TAKEN_OVER[dialect]
            if source == theirs.TABLES[dialect]:
                self._session.run(f"ALTER TABLE {source} RENAME TO {target}")
                renamed[dialect] = target
            # without it each file would read the whole table
            index = f"CREATE INDEX {target}_file ON {target} (TENANT_NAME, FILE_ID)"
            try:
                self._session.run(index)
            except FunctionError as error:
                if error.fields.get("code") not in THERE_ALREADY:
                    raise
        return renamed

    def _object_names(self) -> dict[tuple[str, str, str], str]:
        """Return the objects' names that they remember, by tenant, dialect and file; older versions remember none."""
        query = f"SELECT TENANT_NAME, FILE_TYPE, FILE_ID, FILE_NAME FROM {self._prefix}{theirs.LOAD_STATUS}"
        try:
            rows = self._session.rows(query)
        except FunctionError as error:
            _log.warning("no load status of usage2adw", extra={"fields": {"code": error.fields.get("code")}})
            return {}
        return {(str(tenant), str(kind).lower(), str(file)): str(name) for tenant, kind, file, name in rows}

    def _adopt(
        self,
        file: _File,
        names: Mapping[tuple[str, str, str], str],
        ledgers: Mapping[str, set[tuple[str, str]]],
        found: Adopted,
    ) -> None:
        plain_name = f"{theirs.FOLDERS[file.dialect]}{file.file_id}.csv.gz"
        name = names.get((file.tenant_name, file.dialect, file.file_id), plain_name)
        tenancy_id = self._tenancies[file.tenant_name]
        if any(known == name for known, _ in ledgers[tenancy_id]):
            found.known += 1
            return
        try:
            loaded = self._load(file, ObjectKey(tenancy_id, name, theirs.ETAG))
        except FunctionError as error:
            _log.warning("file not adopted", extra={"fields": {"object": name, "reason": error.reason}})
            found.failed.append({"object_name": name, **error.body()})
            return
        if not loaded:  # a call of the function has it by now
            found.known += 1
            return
        found.files += 1
        found.rows += file.sums.rows
        found.cost = add(found.cost, file.sums.cost)

    def _load(self, file: _File, key: ObjectKey) -> bool:
        claim = self._warehouse.claim(key, file.dialect, sliced=True)
        if claim is None:
            return False
        binds = {"tenant_name": file.tenant_name, "file_id": file.file_id, "tenancy_id": key.tenancy_id}
        try:
            sums = self._warehouse.fill(
                claim, lambda stage: theirs.fill_statement(file.dialect, file.source, stage), binds
            )
            if sums != file.sums:
                fault = f"their lines come to {file.sums}, ours to {sums}"
                raise ProofFailed(fault, object_name=key.object_name)  # noqa: TRY301
            self._warehouse.commit(claim, Outcome(file.dialect, 0, "", "loaded", sums))
        except BaseException:
            self._warehouse.release(claim, drop=True)
            raise
        return True


def _file(dialect: str, source: str, row: tuple[object, ...]) -> _File:
    tenant, file_id, count, cost, quantity = row
    sums = Sums(int(str(count)), Decimal(str(cost or 0)), Decimal(str(quantity or 0)))
    return _File(dialect, source, str(tenant), str(file_id), sums)
