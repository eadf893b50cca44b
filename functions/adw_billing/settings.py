"""The config keys of adw-billing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from shared.addresses import service_base_url
from shared.oci.settings import OciSettings
from shared.ocids import ocid_of
from shared.settings import Secret, setting

DIALECTS = ("cost", "focus", "usage")
DIMENSIONS = ("compartments", "tenancies", "subscriptions", "list_prices", "resources")
DUCKDB_PREFIX = "duckdb:"
BUDGETS_ADDRESS = r"oci://(?P<bucket>[\w.-]+)@(?P<namespace>[\w-]+)/(?P<object>.+)"


def _words(text: str) -> tuple[str, ...]:
    """Return the words of a list with commas, in lower case and each once."""
    return tuple(dict.fromkeys(part.strip().lower() for part in text.split(",") if part.strip()))


def _reports(text: str) -> tuple[str, ...]:
    wanted = _words(text)
    unknown = sorted(set(wanted) - set(DIALECTS))
    if unknown or not wanted:
        raise ValueError(f"must be any of {', '.join(DIALECTS)}, is {text[:60]!r}")
    return wanted


def _dimensions(text: str) -> tuple[str, ...]:
    wanted = _words(text)
    unknown = sorted(set(wanted) - {*DIMENSIONS, "none"})
    if unknown or not wanted or ("none" in wanted and len(wanted) > 1):
        raise ValueError(f"must be `none` or any of {', '.join(DIMENSIONS)}, is {text[:60]!r}")
    return () if wanted == ("none",) else wanted


def _tenancies(text: str) -> tuple[str, ...]:
    parse = ocid_of("tenancy")
    found = {}
    for part in text.split(","):
        ocid, _, region = part.strip().partition("@")
        if not re.fullmatch(r"[a-z0-9-]*", region):
            raise ValueError(
                f"{region[:40]!r} is no region; each entry is `<tenancy OCID>` or `<tenancy OCID>@<region>`"
            )
        if part.strip():
            found[parse(ocid)] = region
    return tuple(f"{ocid}@{region}" if region else ocid for ocid, region in found.items())


def _budgets(text: str) -> str:
    if re.fullmatch(BUDGETS_ADDRESS, text) or text.startswith("["):
        return text
    raise ValueError(f"must be a JSON list or `oci://<bucket>@<namespace>/<object>`, is {text[:40]!r}")


def _warehouse(text: str) -> str:
    if text.lower() == "oracle":
        return "oracle"
    path = text[len(DUCKDB_PREFIX) :].strip() if text.lower().startswith(DUCKDB_PREFIX) else ""
    if path and not path.startswith(":"):  # `:memory:` keeps nothing
        return DUCKDB_PREFIX + path
    raise ValueError("must be `oracle` or `duckdb:<path>`")


def usage_day(text: str) -> str:
    """Return a date as YYYY-MM-DD. Raises ValueError."""
    from datetime import date  # only where the key is set

    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        raise ValueError(f"must be a date like 2026-01-31, is {text[:40]!r}")
    return date.fromisoformat(text).isoformat()


@dataclass(frozen=True, kw_only=True)
class Settings(OciSettings):
    """Where the reports are, where they go, and how much a call does."""

    usage_report_bucket: str = setting(parse=ocid_of("tenancy"))
    """OCID of the tenancy whose reports are loaded; it is the name of the bucket in the namespace `bling`."""

    home_region: str = ""
    """The tenancy's home region, such as `us-ashburn-1`; the reports are there only. Default: the function's region."""

    reports: tuple[str, ...] = setting(default=DIALECTS, parse=_reports)
    """Which reports are loaded: any of `cost`, `focus`, `usage`, separated by commas. Default: all."""

    warehouse: str = setting(default="", parse=_warehouse)
    """`oracle`, or `duckdb:<path>` for an embedded file on a mounted volume. Default: `oracle` where `db_dsn` is set;
    there is none otherwise."""

    db_dsn: str = ""
    """The database: a TNS name of the wallet (`adw_high`), an EZConnect text or a full descriptor."""

    db_ocid: str = setting(default="", parse=ocid_of("autonomousdatabase"))
    """OCID of the Autonomous Database whose wallet is fetched. Default: no wallet."""

    TNS_ADMIN: str = ""
    """Folder with `tnsnames.ora` and the wallet; where `db_ocid` is set, the folder the wallet is unpacked to.
    Default: `/tmp/wallet` with `db_ocid`."""

    db_user: str = ""
    """Database user. Not needed with `db_auth` = `iam-token`."""

    db_pass: Secret | None = None
    """Password of the database user; `db_pass_secret_id` keeps it out of the config."""

    db_pass_secret_id: str = setting(default="", parse=ocid_of("vaultsecret"))
    """OCID of the Vault secret that holds the password."""

    db_auth: Literal["password", "secret", "iam-token"] | None = None
    """How the function logs in. Default: `secret` where `db_pass_secret_id` is set, else `password`."""

    load_mode: Literal["function", "dbms_cloud"] = "function"
    """Who reads the reports: `function`, or `dbms_cloud`, the Autonomous Database itself with DBMS_CLOUD and its own
    principal, for those who outgrow one function; what SQL cannot turn exactly is read by the function all the same."""

    load_order: Literal["newest-first", "oldest-first"] = "newest-first"
    """Which usage days are loaded first."""

    max_rows_per_slice: int = setting(default=250_000, minimum=1_000, maximum=10_000_000)
    """Rows after which the progress in one large report is kept, where it cannot be finished in one call."""

    deadline_margin_seconds: float = setting(default=8.0, minimum=0.5, maximum=120)
    """Seconds before the function's deadline at which no further work is begun."""

    oci_billing_cost_from: str = setting(default="", parse=usage_day)
    """First usage day (UTC, YYYY-MM-DD) that cost reports fill in `oci_billing`. Default: the day after its newest row
    (no later than its reports were written) when the first cost report is loaded, everything where it is
    empty; stored once."""

    retention_days: int = setting(default=0, minimum=0, maximum=36_500)
    """Days after which report rows are removed from the typed tables and `oci_billing`; the ledger and `oci_cost_daily`
    stay. Default: 0, never."""

    tenancies: tuple[str, ...] = setting(default=(), parse=_tenancies)
    """Further tenancies whose reports go into the same warehouse: OCIDs, each with `@<home region>` where it is another
    one, separated by commas. One that fails stops no other."""

    reports_namespace: str = "bling"
    """Object Storage namespace of the reports, for copies of them in a bucket of one's own."""

    reports_bucket: str = ""
    """Bucket of the reports in `reports_namespace`. Default: the tenancy's OCID."""

    object_filter: str = ""
    """Only objects whose name, or the part behind its last `/`, fits this pattern of `*`, `?`, `[…]` are loaded.
    Default: all."""

    earliest_day: str = setting(default="", parse=usage_day)
    """First usage day (UTC, YYYY-MM-DD) that is loaded: objects that were written before it, or lie in the FOCUS folder
    of an earlier day, are left out. Default: all that `retention_days` would keep."""

    dimensions: tuple[str, ...] = setting(default=("compartments", "tenancies"), parse=_dimensions)
    """What is read beside the reports, once a day, where the policies allow: any of `compartments`, `tenancies`,
    `subscriptions` (with commitments), `list_prices`, `resources`, separated by commas, or `none`."""

    price_list_url: str = setting(
        default="https://apexapps.oracle.com/pls/apex/cetools/api/v1/products/", parse=service_base_url
    )
    """Address of Oracle's public price list, for `list_prices`; it is asked without a signature."""

    price_list_currencies: tuple[str, ...] = ("USD",)
    """Currencies of the list prices, separated by commas."""

    budgets: str = setting(default="", parse=_budgets)
    """Amounts a month that are checked after each load: a JSON list of `{"name", "amount", "currency", "filter"}`, or
    `oci://<bucket>@<namespace>/<object>` that holds one. Default: none."""

    notification_topic: str = setting(default="", parse=ocid_of("onstopic"))
    """OCID of the Notifications topic that hears of budgets, once of each budget, month and kind. Default: none."""

    def check(self) -> dict[str, str]:
        """Faults that concern several keys, by key."""
        if self.reports_bucket and self.tenancies:
            return {"reports_bucket": "is one tenancy's; it cannot be set with `tenancies`"}
        if not self.warehouse and not self.db_dsn:
            return {
                "db_dsn": "is not set, nor is `warehouse` = `duckdb:<path>`",
                "warehouse": "is not set, nor is `db_dsn`",
            }
        if self.duckdb_path:
            return {"load_mode": "`dbms_cloud` needs an Oracle database"} if self.load_mode == "dbms_cloud" else {}
        # Anything else is a text that is neither, and its own fault.
        return self._oracle_faults() if self.warehouse in {"", "oracle"} else {}

    def _oracle_faults(self) -> dict[str, str]:
        missing = {
            "db_dsn": not self.db_dsn,
            "db_user": self.login != "iam-token" and not self.db_user,
            "db_pass_secret_id": self.login == "secret" and not self.db_pass_secret_id,
            "db_pass": self.login == "password" and not self.db_pass,
        }
        return {key: "is not set" for key, wanted in missing.items() if wanted}

    @property
    def duckdb_path(self) -> str:
        """Path of the embedded warehouse; empty for Oracle."""
        return self.warehouse.removeprefix(DUCKDB_PREFIX) if self.warehouse.startswith(DUCKDB_PREFIX) else ""

    @property
    def login(self) -> str:
        """`password`, `secret` or `iam-token`."""
        return self.db_auth or ("secret" if self.db_pass_secret_id else "password")
