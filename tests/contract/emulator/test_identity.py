"""The SDK's own signers against the local cloud's check of signatures."""

from __future__ import annotations

import base64
import hashlib
import os
import stat
import time
from email.utils import formatdate
from pathlib import Path
from typing import TYPE_CHECKING

import jwt
import oci
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from oci.object_storage import ObjectStorageClient

from emulator.cloud import Cloud, CloudOptions
from emulator.services.identity import json_web_token as identity_token
from emulator.services.identity.service import DEFAULT_COMPARTMENT, DEFAULT_TENANCY
from tests.support.oci_sdk import object_storage_client, resource_principal_signer

if TYPE_CHECKING:
    from collections.abc import Callable

    from oci.signer import AbstractBaseSigner


@pytest.fixture
def signer(principal_env: dict[str, str]) -> AbstractBaseSigner:
    return resource_principal_signer(principal_env)


def signed_get(cloud: Cloud, signer: AbstractBaseSigner, **headers: str) -> requests.PreparedRequest:
    return signer.do_request_sign(requests.Request("GET", f"{cloud.endpoint}/n/", headers=headers).prepare())


def signed_post(cloud: Cloud, signer: AbstractBaseSigner, body: bytes = b'{"name": "b"}') -> requests.PreparedRequest:
    url = f"{cloud.endpoint}/n/{cloud.object_storage.namespace_of(DEFAULT_TENANCY)}/b"
    return signer.do_request_sign(requests.Request("POST", url, data=body).prepare())


def answer(prepared: requests.PreparedRequest) -> tuple[int, str]:
    with requests.Session() as session:
        got = session.send(prepared, timeout=60)
    body = got.json()
    return got.status_code, body["code"] if isinstance(body, dict) else body


REFUSED = (401, "NotAuthenticated")


def test_a_minted_principal_signs_with_the_sdk(cloud: Cloud, principal_env: dict[str, str]) -> None:
    client = object_storage_client(cloud, principal_env)
    assert client.get_namespace().data == cloud.object_storage.namespace_of(DEFAULT_TENANCY)
    call = cloud.log.calls(service="object_storage")[0]
    assert call.principal.startswith("ocid1.fnfunc.")
    assert client.base_client.signer.tenancy_id == DEFAULT_TENANCY
    assert client.base_client.signer.compartment_id == DEFAULT_COMPARTMENT


def test_principal_files_are_private_and_the_environment_is_version_2_2(principal_env: dict[str, str]) -> None:
    files = [Path(principal_env[f"OCI_RESOURCE_PRINCIPAL_{name}"]) for name in ("RPST", "PRIVATE_PEM")]
    assert [stat.S_IMODE(file.stat().st_mode) for file in files] == [0o600, 0o600]
    assert all(file.is_absolute() for file in files)
    assert principal_env["OCI_RESOURCE_PRINCIPAL_VERSION"] == "2.2"
    assert principal_env["OCI_RESOURCE_PRINCIPAL_REGION"] == "us-ashburn-1"


def test_a_configuration_file_signs_with_the_sdk(cloud: Cloud) -> None:
    user = cloud.identity.create_user(profile="LAPTOP")
    config = oci.config.from_file(str(user.config_file), "LAPTOP")
    client = ObjectStorageClient(config, service_endpoint=cloud.endpoint)
    assert client.get_namespace().data == cloud.object_storage.namespace_of(DEFAULT_TENANCY)
    assert cloud.log.calls()[-1].principal == user.user


def test_an_unknown_user_is_refused(cloud: Cloud) -> None:
    user = cloud.identity.create_user()
    cloud.identity.reset()
    client = ObjectStorageClient(oci.config.from_file(str(user.config_file)), service_endpoint=cloud.endpoint)
    with pytest.raises(oci.exceptions.ServiceError) as caught:
        client.get_namespace()
    assert (caught.value.status, caught.value.code) == REFUSED


@pytest.mark.parametrize("path", ["/n/", "/n/ns/b", "/n/ns/b?compartmentId=c"])
def test_an_unsigned_request_is_refused(cloud: Cloud, path: str) -> None:
    assert answer(requests.Request("GET", cloud.endpoint + path).prepare()) == REFUSED


def test_a_head_request_needs_a_signature_as_well(cloud: Cloud) -> None:
    cloud.object_storage.put(cloud.object_storage.create_bucket("b", tenancy=DEFAULT_TENANCY), "o", b"1")
    url = f"{cloud.endpoint}/n/{cloud.object_storage.namespace_of(DEFAULT_TENANCY)}/b/b/o/o"
    assert requests.head(url, timeout=60).status_code == 404
    assert requests.head(f"{cloud.endpoint}/n/", timeout=60).status_code == 401


def test_a_good_signature_passes(cloud: Cloud, signer: AbstractBaseSigner) -> None:
    assert answer(signed_get(cloud, signer)) == (200, cloud.object_storage.namespace_of(DEFAULT_TENANCY))


@pytest.mark.parametrize(("skew_seconds", "status"), [(-290, 200), (290, 200), (-310, 401), (310, 401), (86400, 401)])
def test_a_date_more_than_five_minutes_off_is_refused(
    cloud: Cloud, signer: AbstractBaseSigner, skew_seconds: int, status: int
) -> None:
    date = formatdate(time.time() + skew_seconds, usegmt=True)
    assert answer(signed_get(cloud, signer, date=date))[0] == status


def test_a_date_that_is_none_is_refused(cloud: Cloud, signer: AbstractBaseSigner) -> None:
    assert answer(signed_get(cloud, signer, date="yesterday")) == REFUSED


def alter_path(request: requests.PreparedRequest) -> None:
    request.url = str(request.url) + "?compartmentId=x"


def alter_date(request: requests.PreparedRequest) -> None:
    request.headers["date"] = formatdate(time.time() - 5, usegmt=True)


def alter_host(request: requests.PreparedRequest) -> None:
    request.headers["host"] = "objectstorage.us-ashburn-1.oraclecloud.com"


def alter_method(request: requests.PreparedRequest) -> None:
    request.method = "DELETE"
    request.url = str(request.url) + "x/b/y"


@pytest.mark.parametrize("alter", [alter_path, alter_date, alter_host, alter_method])
def test_what_the_signature_covers_cannot_be_changed(
    cloud: Cloud, signer: AbstractBaseSigner, alter: Callable[[requests.PreparedRequest], None]
) -> None:
    prepared = signed_get(cloud, signer)
    alter(prepared)
    assert answer(prepared) == REFUSED


def test_a_changed_body_is_refused(cloud: Cloud, signer: AbstractBaseSigner) -> None:
    prepared = signed_post(cloud, signer)
    prepared.body = b'{"name": "c"}'
    assert answer(prepared) == REFUSED
    assert answer(signed_post(cloud, signer)) == (400, "InvalidParameter")


def test_a_changed_body_with_a_changed_hash_is_refused(cloud: Cloud, signer: AbstractBaseSigner) -> None:
    prepared = signed_post(cloud, signer)
    prepared.body = b'{"name": "c"}'
    prepared.headers["x-content-sha256"] = base64.b64encode(hashlib.sha256(prepared.body).digest()).decode()
    assert answer(prepared) == REFUSED


def test_a_post_must_sign_its_body_headers(cloud: Cloud, signer: AbstractBaseSigner) -> None:
    url = f"{cloud.endpoint}/n/x/b"
    plain = requests.Request("POST", url, data=b"{}").prepare()
    prepared = signer.do_request_sign(plain, enforce_content_headers=False)
    assert answer(prepared) == REFUSED


def test_an_object_upload_may_leave_its_body_unsigned_and_may_sign_it(cloud: Cloud, signer: AbstractBaseSigner) -> None:
    bucket = cloud.object_storage.create_bucket("b", tenancy=DEFAULT_TENANCY)
    url = f"{cloud.endpoint}/n/{bucket.namespace}/b/b/o/o"
    for enforce in (False, True):
        plain = requests.Request("PUT", url, data=b"good").prepare()
        prepared = signer.do_request_sign(plain, enforce_content_headers=enforce)
        assert requests.Session().send(prepared, timeout=60).status_code == 200
    prepared.body = b"evil"
    assert answer(prepared) == REFUSED
    assert bucket.objects["o"].read() == b"good"


def test_the_key_of_another_principal_does_not_fit_the_token(cloud: Cloud, principal_env: dict[str, str]) -> None:
    other = cloud.identity.mint_resource_principal()
    mixed = {**principal_env, "OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM": other["OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM"]}
    assert answer(signed_get(cloud, resource_principal_signer(mixed))) == REFUSED


def test_an_expired_token_is_refused(cloud: Cloud, principal_env: dict[str, str]) -> None:
    signer = resource_principal_signer(principal_env)
    assert answer(signed_get(cloud, signer))[0] == 200
    expired = resource_principal_signer(cloud.identity.mint_resource_principal(lifetime_seconds=-1))
    assert answer(signed_get(cloud, expired)) == REFUSED


def test_a_token_of_another_issuer_is_refused(cloud: Cloud, tmp_path: Path, principal_env: dict[str, str]) -> None:
    claims = jwt.decode(
        Path(principal_env["OCI_RESOURCE_PRINCIPAL_RPST"]).read_text(), options={"verify_signature": False}
    )
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    file = tmp_path / "rpst"
    for key, status in ((stranger, 401), (cloud.keys.private_key("identity"), 200)):
        file.write_text(identity_token.encode_token(claims, key, "asw"))
        signer = resource_principal_signer({**principal_env, "OCI_RESOURCE_PRINCIPAL_RPST": str(file)})
        assert answer(signed_get(cloud, signer))[0] == status


GOOD_FIELDS = {
    "version": "1",
    "headers": "date (request-target) host",
    "keyId": "a/b/c",
    "algorithm": "rsa-sha256",
    "signature": "AA==",
}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({}, "The required information to complete authentication"),
        ({"headers": "date host"}, "does not cover: (request-target)"),
        ({"headers": "(request-target) host"}, "does not cover: date"),
        ({"headers": "date (request-target) host x-no"}, "not in the request: x-no"),
        ({"version": "2"}, 'must have version="1"'),
        ({"algorithm": "hmac-sha256"}, 'must have version="1"'),
        ({"keyId": "ST$x.y.z"}, "security token is not valid"),
    ],
)
def test_a_malformed_authorization_is_refused(cloud: Cloud, change: dict[str, str], message: str) -> None:
    fields = ",".join(f'{name}="{value}"' for name, value in {**GOOD_FIELDS, **change}.items())
    headers = {"authorization": f"Signature {fields}", "date": formatdate(usegmt=True)}
    got = requests.get(f"{cloud.endpoint}/n/", headers=headers, timeout=60)
    assert (got.status_code, got.json()["code"]) == REFUSED
    assert message in got.json()["message"]


@pytest.mark.parametrize("authorization", ["Bearer x", "Signature ", 'Signature version="1"'])
def test_another_scheme_is_refused(cloud: Cloud, authorization: str) -> None:
    headers = {"authorization": authorization}
    assert answer(requests.Request("GET", f"{cloud.endpoint}/n/", headers=headers).prepare()) == REFUSED


def test_credentials_are_not_logged(cloud: Cloud, signer: AbstractBaseSigner) -> None:
    prepared = signed_get(cloud, signer)
    answer(prepared)
    call = cloud.log.calls()[-1]
    assert "authorization" not in call.headers
    assert prepared.headers["authorization"] not in repr(call)


def test_errors_carry_the_request_id_of_the_client(cloud: Cloud, principal_env: dict[str, str]) -> None:
    client = object_storage_client(cloud, principal_env)
    with pytest.raises(oci.exceptions.ServiceError) as caught:
        client.get_bucket(client.get_namespace().data, "none", opc_client_request_id="mine")
    assert caught.value.request_id == cloud.log.calls()[-1].header("opc-request-id")
    assert caught.value.message.startswith("Either the bucket named 'none' does not exist")


def test_tokens_and_keys_are_the_owners_alone_whatever_the_umask(cloud: Cloud) -> None:
    before = os.umask(0)
    try:
        made = cloud.identity.mint_resource_principal()
        user = cloud.identity.create_user()
    finally:
        os.umask(before)
    files = [Path(made["OCI_RESOURCE_PRINCIPAL_RPST"]), Path(made["OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM"])]
    for file in [*files, user.key_file, user.config_file]:
        assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_a_rotation_replaces_token_and_key_and_ends_the_old_token_later(
    cloud: Cloud, principal_env: dict[str, str]
) -> None:
    files = [Path(principal_env[f"OCI_RESOURCE_PRINCIPAL_{name}"]) for name in ("RPST", "PRIVATE_PEM")]
    before = [file.read_text() for file in files]
    old = resource_principal_signer(principal_env)  # has read both
    cloud.identity.rotate(overlap_seconds=3600)
    assert all(file.read_text() != text for file, text in zip(files, before, strict=True))
    assert [oct(file.stat().st_mode)[-3:] for file in files] == ["600", "600"]
    assert answer(signed_get(cloud, old))[0] == 200
    assert answer(signed_get(cloud, resource_principal_signer(principal_env)))[0] == 200
    ending = resource_principal_signer(principal_env)
    cloud.identity.rotate(overlap_seconds=0)
    response = requests.Session().send(signed_get(cloud, ending))
    assert (response.status_code, "expired" in response.json()["message"]) == (401, True)
    assert answer(signed_get(cloud, resource_principal_signer(principal_env)))[0] == 200


def test_a_cloud_rotates_by_itself(tmp_path: Path, keys_folder: Path) -> None:
    options = CloudOptions(keys_folder=keys_folder, rotation_seconds=0.01)
    with Cloud(tmp_path, tls=False, options=options) as cloud:
        file = Path(cloud.identity.mint_resource_principal()["OCI_RESOURCE_PRINCIPAL_RPST"])
        before = file.read_text()
        until = time.monotonic() + 60
        while file.read_text() == before and time.monotonic() < until:
            time.sleep(0.01)
        assert file.read_text() != before
