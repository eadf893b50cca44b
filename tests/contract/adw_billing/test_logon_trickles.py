"""Each request of a logon trickles, at 20 bytes a second: wallet, secret and token are given up with the deadline.

Without it these calls succeed, after half a minute and more.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import pytest

from emulator.services.identity.service import DEFAULT_TENANCY
from functions.adw_billing.settings import Settings
from functions.adw_billing.warehouse.oracle import wallet as wallets
from functions.adw_billing.warehouse.oracle.connect import connect
from shared.deadline import Deadline
from shared.errors import DeadlineExceeded, OciServiceError
from shared.oci.clients import SERVICES
from shared.settings import Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from emulator.cloud import Cloud

BYTES_PER_SECOND = 20
SECONDS = 2.0

LOGONS: dict[str, Callable[[Cloud], dict[str, Any]]] = {
    "database": lambda cloud: {"db_ocid": cloud.database.create().id, "db_pass": Secret("pw")},
    "secrets": lambda cloud: {"db_auth": "secret", "db_pass_secret_id": cloud.secrets.create("pw")},
    "identity_data_plane": lambda _: {"db_auth": "iam-token"},
}
"""What a logon asks OCI for, by the service that is asked: a wallet, a password, a token."""


@pytest.fixture(autouse=True)
def _fresh_container() -> Iterator[None]:
    """No wallet yet; the SDK is loaded, which takes longer than these deadlines."""
    for service in LOGONS:
        importlib.import_module(SERVICES[service][0])
    wallets.forget()
    yield
    wallets.forget()


def settings_of(cloud: Cloud, folder: Path, service: str) -> Settings:
    return Settings(
        usage_report_bucket=DEFAULT_TENANCY,
        db_user="loader",
        db_dsn="127.0.0.1:1/none",
        oci_endpoint=cloud.endpoint,
        oci_config_file=str(cloud.identity.create_user().config_file),
        TNS_ADMIN=str(folder / "tns"),
        **LOGONS[service](cloud),
    )


@pytest.mark.parametrize("service", LOGONS)
def test_a_request_of_a_logon_that_trickles_ends_in_time(cloud: Cloud, tmp_path: Path, service: str) -> None:
    settings = settings_of(cloud, tmp_path, service)
    armed = cloud.faults.add(service=service, trickle=BYTES_PER_SECOND, times=None)
    with pytest.raises(OciServiceError) as caught:
        connect(settings, Deadline.after(SECONDS))
    assert (caught.value.code, armed.hits) == ("no-answer", 1)


def test_a_wallet_whose_bytes_trickle_is_given_up_in_time(cloud: Cloud, tmp_path: Path) -> None:
    """The head of the answer comes at once: the loop over the body has to end by itself."""
    settings = settings_of(cloud, tmp_path, "database")
    cloud.faults.add(service="database", bytes_per_second=BYTES_PER_SECOND, times=None)
    with pytest.raises((OciServiceError, DeadlineExceeded)) as caught:
        connect(settings, Deadline.after(SECONDS))
    assert getattr(caught.value, "code", "no-answer") == "no-answer"
    assert not (tmp_path / "tns").exists()
