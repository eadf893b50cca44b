"""What the session logs on with: `db_pass`, a Vault secret, or a token of the function's own identity."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from functions.adw_billing.oci_attempts import OCI_ATTEMPTS
from shared.errors import MissingInputData, NotAuthorised, OciServiceError, TokenExpired
from shared.oci.clients import client, oci_errors
from shared.settings import Secret

if TYPE_CHECKING:
    from functions.adw_billing.settings import Settings
    from shared.deadline import Deadline

TOKEN_KEY_BITS = 2048
"""RSA-2048 is made in a tenth of the time of the 4096 bits that the driver's own plug-in takes, on each logon."""

TOKEN_SCOPE = "urn:oracle:db::id::*"  # noqa: S105  (any database that the policies name; no secret)


def credentials(settings: Settings, deadline: Deadline) -> dict[str, Any]:
    """Return the arguments of `oracledb.connect` that prove who we are.

    Raises MissingInputData, NotAuthorised, OciServiceError.
    """
    if settings.login == "iam-token":
        # A token, not the function that the driver would call: it would be asked for in the middle of the connect,
        # where a token that comes too late reads as a silent listener.
        return {"access_token": database_token(settings, deadline)}
    password = settings.db_pass
    if settings.login == "secret":
        password = read_secret(settings, deadline, settings.db_pass_secret_id)
    if password is None:
        raise MissingInputData({"db_pass": "is not set"})
    return {"user": settings.db_user, "password": password.reveal()}


def read_secret(settings: Settings, deadline: Deadline, secret_id: str) -> Secret:
    """Return the current version of a Vault secret as text, without the newline at its end.

    Raises NotAuthorised, OciServiceError, and MissingInputData for a secret that holds no text.
    """
    try:
        with oci_errors("secrets"):
            bundle = client("secrets", settings, deadline, attempts=OCI_ATTEMPTS).get_secret_bundle(secret_id).data
    except OciServiceError as fault:
        raise _not_allowed(fault, "db_pass_secret_id", "read secret-bundles") from None
    try:
        text = base64.b64decode(bundle.secret_bundle_content.content, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, AttributeError, TypeError):
        text = ""
    if not text.strip():
        raise MissingInputData({"db_pass_secret_id": "the secret holds no text"})
    return Secret(text.removesuffix("\n").removesuffix("\r"))


def database_token(settings: Settings, deadline: Deadline) -> tuple[str, str]:
    """Return a token for the database and the private key that proves its possession, both as text.

    Raises NotAuthorised, OciServiceError.
    """
    from cryptography.hazmat.primitives import serialization as form  # only who has a token needs it
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=TOKEN_KEY_BITS)
    public = key.public_key().public_bytes(form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo)
    private = key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
    try:
        with oci_errors("identity_data_plane"):
            identity = client("identity_data_plane", settings, deadline, attempts=OCI_ATTEMPTS)
            from oci.identity_data_plane.models import GenerateScopedAccessTokenDetails

            details = GenerateScopedAccessTokenDetails(scope=TOKEN_SCOPE, public_key=public.decode())
            token = identity.generate_scoped_access_token(details).data.token
    except OciServiceError as fault:
        raise _not_allowed(fault, "db_auth", "use database-connections") from None
    return str(token), private.decode()


def _not_allowed(fault: OciServiceError, key: str, verb: str) -> NotAuthorised | OciServiceError:
    """Return a 401 or 404 as what it means; any other fault, and an expired token, as it is."""
    if fault.status not in (401, 404) or isinstance(fault, TokenExpired):
        return fault
    return NotAuthorised(
        f"OCI does not let the function do what {key} asks for",
        fix=f"check {key}, and add the policy: Allow dynamic-group <group> to {verb} in compartment <compartment>",
        opc_request_id=fault.opc_request_id,
    )
