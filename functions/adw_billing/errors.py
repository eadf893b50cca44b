"""What can be expected to go wrong in adw-billing, each with its reason and its remedy.

FunctionError
├── ReportsNotFound       the bucket of reports is not there, or holds none
├── ReportsNotAuthorised  the policies do not let the function read the reports
├── WrongRegion           the bucket is asked for outside the tenancy's home region
├── ChildTenancy          the tenancy is paid by another one, whose bucket has the reports
├── DatabaseUnreachable   no connection to the database
├── LoginFailed           the database refused user, password or token
├── DatabaseError         the database refused a statement
│   └── SumTooLarge       amounts add up to more than a column of the warehouse holds
├── WalletUnusable        the wallet cannot be fetched, unpacked or opened
├── WarehouseBusy         another call has the warehouse
├── WarehouseUnusable     the warehouse's file or tables cannot be used
├── WarehouseEmpty        no report is in the warehouse yet
├── DiskFull              no room left on /tmp or beside the warehouse
├── BudgetUnusable        a budget cannot be checked with this config
├── SameReport            the report is in the warehouse under another name
├── ProofFailed           what was read back is not what was loaded; nothing was committed
└── UnforeseenFailure     several objects failed alike, in a way that nobody foresaw
"""

from __future__ import annotations

from shared.errors import FunctionError, NotAuthorised


class ReportsNotFound(FunctionError):
    """No bucket of that name in `bling`, or no report in it."""

    reason = "reports-not-found"
    meaning = "The bucket of reports is not there, may not be seen, or holds no report of the kinds asked for."
    remedy = (
        "Set `usage_report_bucket` to the tenancy's OCID, and check the policy `endorse dynamic-group … to read "
        "objects in tenancy usage-report` in the root compartment."
    )


class ReportsNotAuthorised(NotAuthorised):
    """The reports may not be read."""

    reason = "not-authorised"
    remedy = (
        "In the root compartment: `define tenancy usage-report as "
        "ocid1.tenancy.oc1..aaaaaaaaned4fkpkisbwjlr56u7cj63lf3wffbilvqknstgtvzub7vhqkggq` and `endorse dynamic-group "
        "… to read objects in tenancy usage-report`."
    )


class WrongRegion(FunctionError):
    """The bucket was asked for in a region that is not the home region."""

    reason = "wrong-region"
    meaning = "The reports are kept in the tenancy's home region only."
    remedy = "Set `home_region` to the tenancy's home region, for example `us-ashburn-1`."


class ChildTenancy(FunctionError):
    """A child of an organisation has no reports of its own."""

    reason = "child-tenancy"
    meaning = "The tenancy is a child of an organisation; the reports lie in the bucket of the parent tenancy."
    remedy = "Set `usage_report_bucket` to the OCID of the parent tenancy and run the function there."


class DatabaseUnreachable(FunctionError):
    """No connection to the database could be made, or it was lost."""

    reason = "database-unreachable"
    meaning = "The database cannot be reached, or the connection was lost; what was not committed is loaded again."
    remedy = "Check `db_dsn`, the wallet, the network rules of the subnet, and whether the database runs."


class LoginFailed(FunctionError):
    """The database refused the login."""

    reason = "login-failed"
    meaning = "The database refused the user, the password or the token."
    remedy = "Check `db_user`, and `db_pass`, `db_pass_secret_id` or the mapping of the IAM principal."


class DatabaseError(FunctionError):
    """The database refused a statement; `code` is the ORA or DPY number."""

    reason = "database-error"
    meaning = "The database refused a statement; nothing of the object was committed."
    remedy = "Look up `code`; space, quota and privileges of the user are the usual causes."


class SumTooLarge(DatabaseError):
    """Amounts of a report, or of a day with it, add up to more than a column holds."""

    reason = "sum-too-large"
    meaning = "The amounts add up to more than a column of the warehouse holds; nothing of the object was committed."
    remedy = "Look at the amounts of the day: only an error makes a day cost 10^14 (DuckDB), or 10^125 (Oracle)."


class WalletUnusable(FunctionError):
    """The wallet cannot be fetched, unpacked or opened."""

    reason = "wallet-unusable"
    meaning = "The wallet cannot be fetched, is no archive of wallet files, or does not open."
    remedy = "Check `db_ocid` and the policy `read autonomous-databases`; or use a TLS DSN without a wallet."


class WarehouseBusy(FunctionError):
    """Another call or program has the warehouse."""

    reason = "warehouse-busy"
    meaning = "Another call or program has the warehouse open until this call's time was over."
    remedy = "Call again later; close programs that have the file open."


class WarehouseUnusable(FunctionError):
    """The warehouse's file or tables cannot be used."""

    reason = "warehouse-unusable"
    meaning = "The warehouse is no file of this loader's engine, is damaged, or was made by a newer version."
    remedy = "Check the path in `warehouse`; restore the file, or load into a new one."


class WarehouseEmpty(FunctionError):
    """Nothing was loaded yet, so there is nothing to report."""

    reason = "warehouse-empty"
    meaning = "The warehouse has this loader's tables, and no report is in its ledger."
    remedy = "Load reports first: `.venv/bin/oci-functions billing load --reports <folder> --warehouse <file>`."


class DiskFull(FunctionError):
    """No room left for the warehouse or for temporary data."""

    reason = "disk-full"
    meaning = "There is no room left on the disk; nothing of the object was committed."
    remedy = "Give the function more memory (its /tmp grows with it), or the warehouse more space."


class BudgetUnusable(FunctionError):
    """A budget cannot be checked; the load and the other budgets go on."""

    reason = "budget-unusable"
    meaning = "A budget, or the object that lists them, cannot be used; what is loaded is not concerned."
    remedy = "Correct it in `budgets`; docs/adw-billing.md, section Budgets."


class SameReport(FunctionError):
    """The same text, or the same place in the bucket, is in the warehouse under another name; nothing is loaded."""

    reason = "same-report"
    meaning = "The report is in the warehouse already, under another name or of another tenancy: it is counted once."
    remedy = "Keep one of the two. Where the other has the wrong tenancy, load all reports of it into a new warehouse."


class ProofFailed(FunctionError):
    """Rows or sums read back differ from those parsed."""

    reason = "proof-failed"
    meaning = "Rows or sums read back from the database differ from those parsed; nothing was committed."
    remedy = "Call again; when it stays, keep the object and report a bug."


class UnforeseenFailure(FunctionError):
    """Several objects failed alike, in a way that this loader does not know."""

    reason = "unforeseen-failure"
    meaning = "Several objects failed in the same way, which the loader does not know; the others wait."
    remedy = "Look into the log for `object failed` and its frames, and report a bug with one of the objects."
