"""A host with a certificate of a private authority: refused, until the config names the authority."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import pytest

from emulator.services.identity.service import DEFAULT_TENANCY
from shared.deadline import Deadline
from shared.errors import MissingInputData, OciServiceError
from shared.http.client import HttpClient, HttpError
from shared.oci.object_store import ObjectStore
from shared.oci.settings import OciSettings
from shared.settings import load_settings
from shared.tls import client_context, read_authorities, rsa_tls12_context, trust

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from emulator.cloud import Cloud


@pytest.fixture(autouse=True)
def public_authorities_alone() -> Iterator[None]:
    trust("")
    client_context.cache_clear()
    rsa_tls12_context.cache_clear()
    yield
    trust("")


@pytest.fixture
def pem(cloud: Cloud) -> str:
    return cloud.ca_file.read_text()


@pytest.mark.parametrize("make", [client_context, rsa_tls12_context])
def test_a_request_of_our_own_is_refused_until_the_authority_is_trusted(make: object, cloud: Cloud, pem: str) -> None:
    def ask() -> int:
        url = f"{cloud.tls_endpoint}/n"
        return HttpClient(tls=make).send("GET", url, Deadline.after(20), limit_bytes=9999).status  # type: ignore[arg-type]

    with pytest.raises(HttpError) as caught:
        ask()
    assert caught.value.fault == "SSLCertVerificationError"
    trust(pem)
    assert ask() > 0
    trust("")
    with pytest.raises(HttpError):
        ask()


def test_a_call_of_the_sdk_is_refused_until_the_authority_is_in_the_settings(cloud: Cloud, pem: str) -> None:
    bucket = cloud.object_storage.create_bucket("bucket", tenancy=DEFAULT_TENANCY)
    cloud.object_storage.put(bucket, "x", b"1")
    config = {"oci_endpoint": cloud.tls_endpoint, "oci_config_file": str(cloud.identity.create_user().config_file)}

    def names(seconds: float = 20, **more: str) -> list[str]:
        settings = load_settings(OciSettings, {**config, **more})
        store = ObjectStore(settings, Deadline.after(seconds), bucket.namespace, bucket.name)
        return [each.name for each in store.list()]

    with pytest.raises(OciServiceError) as caught:
        names(seconds=2)  # it is tried again until then
    assert caught.value.code == "no-answer"
    assert names(ca_certificates=pem) == ["x"]
    assert names(ca_certificates=str(cloud.ca_file)) == ["x"]
    with pytest.raises(OciServiceError):
        names(seconds=2)


def test_the_public_authorities_stay_trusted_and_host_names_stay_checked(pem: str) -> None:
    public = client_context().cert_store_stats()["x509_ca"]
    trust(pem)
    context = client_context()
    assert context.cert_store_stats()["x509_ca"] == public + 1
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


def test_an_authority_is_given_as_text_in_one_line_or_as_a_path(cloud: Cloud, pem: str) -> None:
    for given in (pem, "\n" + pem, pem.replace("\n", "\\n"), str(cloud.ca_file)):
        assert ssl.PEM_cert_to_DER_cert(read_authorities(given).strip()) == ssl.PEM_cert_to_DER_cert(pem.strip())


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("/nope/ca.pem", "path of a file with them (FileNotFoundError)"),
        ("-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----", "holds no certificate"),
    ],
)
def test_what_holds_no_certificate_is_a_fault_of_its_key(given: str, said: str) -> None:
    with pytest.raises(MissingInputData) as caught:
        trust(load_settings(OciSettings, {"ca_certificates": given}).ca_certificates)
    body = str(caught.value.to_body())
    assert "ca_certificates" in body
    assert said in body


def test_a_file_without_a_certificate_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("")
    with pytest.raises(ValueError, match="holds no certificate"):
        read_authorities(str(tmp_path / "empty.pem"))
