"""The unchanged OCI SDK against the local cloud's database, secrets and token services."""

from __future__ import annotations

import base64
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import oci
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509 import load_pem_x509_certificates
from oci.database.models import GenerateAutonomousDatabaseWalletDetails
from oci.identity_data_plane.models import GenerateScopedAccessTokenDetails

from emulator.services.database.wallet_files import Listener
from tests.support.oci_sdk import resource_principal_signer

if TYPE_CHECKING:
    from emulator.cloud import Cloud

PASSWORD = "wallet-Pa55word"
OTHER_TENANCY = "ocid1.tenancy.oc1..aaaaaaaasomebodyelse"


def made(kind: type[Any], cloud: Cloud, env: dict[str, str]) -> Any:
    options = {"service_endpoint": cloud.endpoint, "retry_strategy": oci.retry.NoneRetryStrategy()}
    return kind({}, signer=resource_principal_signer(env), **options)


def refused(call: Callable[..., object], *arguments: object, **options: object) -> tuple[int, str]:
    with pytest.raises(oci.exceptions.ServiceError) as caught:
        call(*arguments, **options)
    return caught.value.status, caught.value.code


def wallet(cloud: Cloud, env: dict[str, str], database: str, password: str = PASSWORD) -> bytes:
    client = made(oci.database.DatabaseClient, cloud, env)
    details = GenerateAutonomousDatabaseWalletDetails(password=password, generate_type="SINGLE")
    return b"".join(client.generate_autonomous_database_wallet(database, details).data.raw.stream(65536))


def test_a_wallet_holds_an_encrypted_key_the_authority_and_the_aliases(
    cloud: Cloud, principal_env: dict[str, str]
) -> None:
    database = cloud.database.create(Listener("db.example.com", 1522, "bills"))
    files = zipfile.ZipFile(io.BytesIO(gzip.decompress(wallet(cloud, principal_env, database.id))))
    pem = files.read("ewallet.pem")
    serialization.load_pem_private_key(pem, PASSWORD.encode())
    with pytest.raises(ValueError, match="password"):
        serialization.load_pem_private_key(pem, b"another password")
    assert load_pem_x509_certificates(pem)[-1] == load_pem_x509_certificates(cloud.ca_file.read_bytes())[0]
    aliases = files.read("tnsnames.ora").decode()
    assert "bills_low = (description=" in aliases
    assert "(protocol=tcps)(port=1522)(host=db.example.com)" in aliases


def test_a_wallet_comes_as_a_bare_zip_where_the_service_is_of_old(cloud: Cloud, principal_env: dict[str, str]) -> None:
    database = cloud.database.create(gzipped=False)
    assert zipfile.is_zipfile(io.BytesIO(wallet(cloud, principal_env, database.id)))


def test_a_wallet_password_needs_length_and_kinds_of_characters(cloud: Cloud, principal_env: dict[str, str]) -> None:
    database = cloud.database.create()
    for password in ("short1", "onlyletters", "1234567890"):
        assert refused(wallet, cloud, principal_env, database.id, password) == (400, "InvalidParameter")


def test_other_tenancies_denied_principals_and_unknown_databases_get_the_same_404(
    cloud: Cloud, principal_env: dict[str, str]
) -> None:
    answer = (404, "NotAuthorizedOrNotFound")
    theirs = cloud.database.create(tenancy=OTHER_TENANCY)
    assert refused(wallet, cloud, principal_env, theirs.id) == answer
    assert refused(wallet, cloud, principal_env, "ocid1.autonomousdatabase.oc1.iad.none") == answer
    env = cloud.identity.mint_resource_principal(resource="ocid1.fnfunc.oc1.iad.denied")
    cloud.database.denied.add("ocid1.fnfunc.oc1.iad.denied")
    assert refused(wallet, cloud, env, cloud.database.create().id) == answer


def test_a_database_that_is_stopped_gives_no_wallet(cloud: Cloud, principal_env: dict[str, str]) -> None:
    database = cloud.database.create()
    database.state = "STOPPED"
    client = made(oci.database.DatabaseClient, cloud, principal_env)
    assert client.get_autonomous_database(database.id).data.lifecycle_state == "STOPPED"
    assert refused(wallet, cloud, principal_env, database.id) == (409, "IncorrectState")


def test_a_secret_has_a_current_and_a_previous_version(cloud: Cloud, principal_env: dict[str, str]) -> None:
    client = made(oci.secrets.SecretsClient, cloud, principal_env)
    secret = cloud.secrets.create("first")
    cloud.secrets.add_version(secret, "second\n")

    def content(**options: object) -> tuple[int, bytes]:
        bundle = client.get_secret_bundle(secret, **options).data
        return bundle.version_number, base64.b64decode(bundle.secret_bundle_content.content)

    assert content() == content(stage="CURRENT") == content(version_number=2) == (2, b"second\n")
    assert content(stage="PREVIOUS") == content(version_number=1) == (1, b"first")
    assert refused(client.get_secret_bundle, secret, version_number=3) == (404, "NotAuthorizedOrNotFound")


def test_a_secret_is_read_only_by_those_who_may(cloud: Cloud, principal_env: dict[str, str]) -> None:
    client = made(oci.secrets.SecretsClient, cloud, principal_env)
    theirs = cloud.secrets.create("x", tenancy=OTHER_TENANCY)
    assert refused(client.get_secret_bundle, theirs) == (404, "NotAuthorizedOrNotFound")
    assert refused(client.get_secret_bundle, "ocid1.vaultsecret.oc1.iad.none") == (404, "NotAuthorizedOrNotFound")


def test_a_database_token_is_bound_to_the_key_that_asked_for_it(cloud: Cloud, principal_env: dict[str, str]) -> None:
    client = made(oci.identity_data_plane.DataplaneClient, cloud, principal_env)
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    details = GenerateScopedAccessTokenDetails(scope="urn:oracle:db::id::*", public_key=pem.decode())
    token = client.generate_scoped_access_token(details).data.token
    claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    modulus = base64.urlsafe_b64decode(json.loads(claims["jwk"])["n"] + "==")
    assert int.from_bytes(modulus, "big") == key.public_key().public_numbers().n
    assert cloud.database_token.key_bits == [2048]
    wrong = GenerateScopedAccessTokenDetails(scope="urn:something:else", public_key=pem.decode())
    assert refused(client.generate_scoped_access_token, wrong) == (400, "InvalidParameter")
