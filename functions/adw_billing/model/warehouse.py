"""What the loader needs of a warehouse: one protocol, which DuckDB and Oracle implement, and the values it takes.

* ``model.tables`` defines every table, ``warehouse.ddl`` makes both engines' DDL from it.
* ``loader.load_object`` drives: ``ledger`` -> ``claim`` -> ``stage`` for each Batch (``keep_progress`` between slices)
  -> ``commit``. ``open_warehouse`` picks the engine; the loader never sees which one it is.
* A Batch has some 8,000 rows that passed all checks as an Arrow table, columns as in the table's definition. DuckDB
  reads it where it lies in memory, python-oracledb takes it as it is.
* ``commit`` publishes data, quarantine, `oci_billing`, `oci_cost_daily` and ledger row in one transaction, after it
  read rows and sums back by SQL and compared them with those of ``Outcome``; ProofFailed when they differ.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

from functions.adw_billing.model.exact_sums import add

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    import pyarrow as pa

    from functions.adw_billing.model.budget import Alert
    from functions.adw_billing.model.dimension_merge import DimensionChange
    from functions.adw_billing.model.headers import Layout

State = Literal["loaded", "partial", "rejected"]
"""All rows; all but those in quarantine; none (the object itself is in quarantine)."""

WHOLE_OBJECT = 0
"""object_row of a quarantine entry that concerns the object, not one row."""

UNKNOWN_TENANCY = "unknown"
"""Of a file on this machine that does not tell whose it is."""

REFUSED_REASON = "refused"
"""Why an object was rejected that the database does not take."""
TOO_LARGE_REASON = "sum-too-large"
"""Why an object was rejected whose amounts add up, alone or with those of its days, to more than a column holds."""
RETRIED_REASONS = frozenset({"truncated", "damaged", "size-differs", REFUSED_REASON, TOO_LARGE_REASON})
"""Why an object was rejected that a new download, or more room, may mend: every call tries it again, behind others."""
RETRIED_DAILY_REASON = "unforeseen"
"""Why an object was rejected that a newer loader, or a healthier machine, may load: once in RETRY_DAYS, and last."""
RETRY_DAYS = 1


@dataclass(frozen=True, slots=True)
class RowFormat:
    """In which form a warehouse takes rows, and what its columns hold: the parser follows it and knows no engine.

    ``number_exponents``: numbers come as checked texts of at most 38 digits, with decimal exponents from the first to
    the second, and the warehouse turns them into its own exact numbers; None: as DECIMAL of the column's type.
    ``limits_texts``: a text longer than its column is quarantined. ``has_billing``: batches also have the rows of
    `oci_billing`, which such a warehouse stores as texts of the file.
    """

    number_exponents: tuple[int, int] | None = None
    limits_texts: bool = False
    has_billing: bool = False

    @property
    def numbers_are_texts(self) -> bool:
        """Whether a Batch hands numbers over as texts."""
        return self.number_exponents is not None

    def lengths(self, layout: Layout) -> dict[int, int]:
        """Return the lengths, in characters, that texts are held to, by position."""
        return layout.lengths if self.limits_texts else {}


@dataclass(frozen=True, slots=True)
class ObjectKey:
    """One version of one object of one tenancy's bucket."""

    tenancy_id: str
    object_name: str
    object_etag: str

    @property
    def usage_report(self) -> str:
        """The object's key in `oci_billing`: `<tenancy OCID>-<file name without .csv>`."""
        return f"{self.tenancy_id}-{self.file_name.removesuffix('.csv')}"

    @property
    def file_name(self) -> str:
        """The CSV's name: `0001000000010470.csv` for `reports/usage-csv/0001000000010470.csv.gz`."""
        return self.object_name.rsplit("/", 1)[-1].removesuffix(".gz")


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """An object that is settled; ``retried``: it was rejected for one of the reasons above, and is due."""

    object_etag: str
    state: str
    retried: bool = False


class KnownReport(NamedTuple):
    """An object of the ledger; ``has_rows``: some are in the warehouse."""

    tenancy_id: str
    name: str
    etag: str
    has_rows: bool


@dataclass(frozen=True, slots=True)
class Sums:
    """Exact sums of some rows; 0 where no row has a value (usage reports have no cost)."""

    rows: int = 0
    cost: Decimal = Decimal(0)
    quantity: Decimal = Decimal(0)

    def plus(self, other: Sums) -> Sums:
        """Return the sums of both together."""
        return Sums(self.rows + other.rows, add(self.cost, other.cost), add(self.quantity, other.quantity))


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an object is staged.

    Data rows read (good and bad), the sums of the good ones, which are staged, bytes of the unpacked text after the
    header that they took, and a check over those bytes.
    """

    records: int = 0
    sums: Sums = Sums()
    text_bytes: int = 0
    prefix_check: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to load one object, with the progress of earlier calls.

    ``sliced``: rows go to a private stage that outlives the call; else they may go to where ``commit`` publishes them,
    in one transaction. An object with progress is always sliced.
    """

    key: ObjectKey
    dialect: str
    sliced: bool = False
    progress: Progress = field(default_factory=Progress)


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row in quarantine: its number (1 = first data row), why, and its text (cut to 64 KiB)."""

    object_row: int
    reason: str
    content: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows that can be loaded.

    ``rows`` has the columns of the dialect's table, in the order of its definition and without the object's key;
    ``billing``, where RowFormat asks for it, those of `oci_billing` as texts of the file, without its key and with a
    last column ``usage_day``; None where there is no such row (`oci_billing` takes none of FOCUS).
    ``sums`` are those of the good rows, ``rejected`` the bad ones; ``records`` counts both, ``text_bytes`` is the
    unpacked text that they took, ``prefix_check`` a check over the report's text up to the end of the batch; ``final``:
    nothing follows. ``unread`` counts the values that are not what their column says, by header.
    """

    rows: pa.Table | None
    billing: pa.Table | None
    sums: Sums
    records: int = 0
    text_bytes: int = 0
    rejected: Sequence[Rejected] = ()
    prefix_check: str = ""
    final: bool = False
    unread: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the ledger row of an object says.

    ``sums`` cover all calls that worked on the object. ``rejected`` are entries that were not staged with a Batch, such
    as the one for the whole object. ``content_sha256`` is that of the unpacked bytes, empty where it is not known.
    """

    dialect: str
    size_bytes: int
    sha256: str
    state: State
    sums: Sums
    rejected: Sequence[Rejected] = ()
    content_sha256: str = ""


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """The ledger row as it was committed."""

    key: ObjectKey
    dialect: str
    size_bytes: int
    rows_loaded: int
    rows_rejected: int
    cost_sum: Decimal
    quantity_sum: Decimal
    state: State


@dataclass(frozen=True, slots=True)
class LoadResult:
    """What became of an object in a call.

    ``row`` is its ledger row, or None when it was stopped in time or another call has it; ``rejected`` the first of its
    quarantined rows, ``unread`` the values that this call did not read, by header.
    """

    row: LedgerRow | None
    seconds: float
    rejected: tuple[Rejected, ...] = ()
    unread: Mapping[str, int] = field(default_factory=dict)


class Warehouse(Protocol):
    """One connection to a warehouse for one call."""

    row_format: RowFormat
    usage_until: str
    """The day (YYYY-MM-DD) on which the newest usage report was written; empty where there is none."""

    def migrate(self) -> None:
        """Create what is missing, adopt an older `oci_billing`, run the forward steps; WarehouseUnusable if newer."""

    def ledger(self, tenancy_id: str) -> Mapping[tuple[str, str], LedgerEntry]:
        """Return the settled objects of a tenancy by (object name, etag)."""

    def claim(self, key: ObjectKey, dialect: str, *, sliced: bool) -> Claim | None:
        """Take the right to load the object; None when another call has it or has settled this very version.

        A new etag of the same name drops what was staged of the old one.
        """

    def stage(self, claim: Claim, batch: Batch) -> None:
        """Add a batch (its rows and its rejected rows) to the object's private rows.

        Not durable before ``keep_progress`` or ``commit``. ProofFailed unless ``batch.sums.rows`` rows were added.
        """

    def keep_progress(self, claim: Claim, progress: Progress) -> Claim:
        """Make the staged rows and how far they reach durable, for this call or a later one to go on.

        For a claim that is not sliced it drops the rows and notes that the object needs slices.
        """

    def commit(self, claim: Claim, outcome: Outcome) -> LedgerRow:
        """Prove and publish in one transaction; it replaces all rows of the object's name, whatever their etag.

        With state `rejected` only ledger and quarantine get rows, and an older version that was loaded stays.
        """

    def release(self, claim: Claim, *, drop: bool) -> None:
        """Give a claim up without a commit; ``drop`` also removes what was staged."""

    def retain(self, tenancy_id: str, first_day: str) -> int:
        """Remove rows of usage days before ``first_day``; how many."""

    def remembered(self, prefix: str) -> Mapping[str, str]:
        """Return the loader's own values whose names begin so."""

    def change_dimensions(self, changes: Sequence[DimensionChange], name: str, value: str) -> int:
        """Put what was read into its tables and remember it, in one transaction; how many rows were read."""

    def rows(self, query: str, values: Mapping[str, str]) -> list[tuple[Any, ...]]:
        """Return the rows of a query, in the engine's words, with bound texts."""

    def claim_alert(self, alert: Alert, now: datetime, abandoned: datetime) -> bool:
        """Take the right to send an alert; False where it was sent, or is being sent since ``abandoned``."""

    def settle_alert(self, alert: Alert, message_id: str | None) -> None:
        """Remember that an alert was sent; None: that it was not, so that a later call sends it."""

    def close(self) -> None:
        """Close the connection."""


class CopyingWarehouse(Warehouse, Protocol):
    """A warehouse that can read an object from the bucket itself (`load_mode=dbms_cloud`)."""

    def copy(self, claim: Claim, layout: Layout, uri: str) -> Sums | None:
        """Stage the object without the function's help; its sums, or None where the function has to read it.

        Raises DeadlineExceeded; the object is then left to the function, from the next call on.
        """
