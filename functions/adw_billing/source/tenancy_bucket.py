"""The tenancy's bucket of reports, with a reason and a remedy for each way in which it cannot be read."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from functions.adw_billing.errors import ChildTenancy, ReportsNotAuthorised, ReportsNotFound, WrongRegion
from functions.adw_billing.oci_attempts import OCI_ATTEMPTS
from functions.adw_billing.source.report_filter import kept
from functions.adw_billing.source.reports import Bucket
from shared.errors import FunctionError, OciServiceError, TokenExpired
from shared.oci.object_store import ObjectStore

if TYPE_CHECKING:
    from collections.abc import Iterator

    from functions.adw_billing.model.report_object import ReportObject
    from functions.adw_billing.settings import Settings
    from shared.deadline import Deadline


class TenancyBucket(Bucket):
    """The bucket that the settings name; ``earliest_day``: objects with usage before it alone are left out."""

    def __init__(self, settings: Settings, deadline: Deadline, *, earliest_day: str = "") -> None:
        self._settings = settings
        self._earliest_day = earliest_day
        self._deadline = deadline
        tenancy = settings.usage_report_bucket
        self._place = (settings.reports_namespace, settings.reports_bucket or tenancy)
        store = ObjectStore(settings, deadline, *self._place, region=settings.home_region, attempts=OCI_ATTEMPTS)
        super().__init__(store, tenancy, settings.reports)

    def list(self) -> list[ReportObject]:
        """List all reports.

        Raises ReportsNotFound, ReportsNotAuthorised, WrongRegion, ChildTenancy or OciServiceError.
        """
        with self._explained():
            return kept(super().list(), self._settings.object_filter, self._earliest_day)

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OciServiceError as error:
            raise self._explain(error) from None

    def _explain(self, error: OciServiceError) -> FunctionError:
        if isinstance(error, TokenExpired):
            return error
        if error.status in (401, 403) or error.code == "NotAuthorizedOrNotFound":
            return ReportsNotAuthorised(
                f"Object Storage refused to list the reports of {self._settings.usage_report_bucket}",
                fix=ReportsNotAuthorised.remedy,
                opc_request_id=error.opc_request_id,
            )
        if error.status != 404:
            return error
        return self._explain_missing(error)

    def _explain_missing(self, error: OciServiceError) -> FunctionError:
        """Say why there is no such bucket: another home region, a child tenancy, or no policy."""
        # Object Storage answers 404 for a bucket that does not exist and for one that may not be seen, alike. What
        # Identity and Organizations know narrows it down; where they may not be asked, the policy is the likely cause.
        home, current = self._regions()
        if home and current and home != current:
            return WrongRegion(
                f"the reports are in the home region {home}, {current} was asked",
                fix=f"set home_region to {home}",
                opc_request_id=error.opc_request_id,
            )
        if parent := self._parent():
            return ChildTenancy(
                f"the tenancy {parent} pays for {self._settings.usage_report_bucket}",
                fix=f"set usage_report_bucket to {parent} and run the function there",
                opc_request_id=error.opc_request_id,
            )
        return ReportsNotFound(
            f"no bucket {self._place[1]} in the namespace {self._place[0]}",
            fix=ReportsNotFound.remedy,
            opc_request_id=error.opc_request_id,
        )

    def _regions(self) -> tuple[str, str]:
        """Return the home region and the region that was asked, each empty where it cannot be learnt."""
        from shared.oci.clients import client, listed, oci_errors, sdk_credentials  # only when a bucket is missing

        settings = self._settings
        try:
            current = settings.home_region or str(sdk_credentials(settings)[0].get("region", ""))
            identity = client("identity", settings, self._deadline, attempts=OCI_ATTEMPTS)
            with oci_errors("identity"):
                found = listed(identity.list_region_subscriptions(settings.usage_report_bucket).data, "identity")
        except FunctionError:
            return "", ""
        return next((str(region.region_name) for region in found if region.is_home_region), ""), current

    def _parent(self) -> str:
        """Return the OCID of the tenancy that pays for this one; empty where there is none or it cannot be learnt.

        Needs `read organizations-links`. Source: OCI API, Organizations 20230401, ListLinks.
        """
        from shared.oci.clients import client, listed, oci_errors

        settings = self._settings
        child = settings.usage_report_bucket
        try:
            organizations = client(
                "organizations", settings, self._deadline, region=settings.home_region, attempts=OCI_ATTEMPTS
            )
            with oci_errors("organizations"):
                page = organizations.list_links(child_tenancy_id=child, lifecycle_state="ACTIVE").data
                links = listed(page and page.items, "organizations")
        except FunctionError:
            return ""
        return next((str(link.parent_tenancy_id) for link in links), "")
