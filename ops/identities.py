"""Who calls a function from outside OCI Functions: a pod, an instance, or a profile of a configuration file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from shared.bounded_work import Late, within
from shared.errors import FunctionError, NotAuthorised, OciServiceError
from shared.oci.clients import Credentials, sdk_credentials
from shared.oci.retries import retry_strategy
from shared.oci.settings import OciSettings

AuthKind = Literal["workload-identity", "instance-principal", "config"]
AUTH_KINDS: tuple[AuthKind, ...] = get_args(AuthKind)

MAX_TOKEN_ATTEMPTS = 4
MAX_TOKEN_SECONDS = 30
"""Limits of the exchange of a token: a node's agent may be late by some seconds when the node is new."""


@dataclass(frozen=True)
class Identity:
    """Which identity to use: ``token_file`` replaces the pod's mounted token, the rest is for ``config``."""

    kind: AuthKind = "workload-identity"
    token_file: str = ""
    config_file: str = ""
    profile: str = ""
    token_attempts: int = MAX_TOKEN_ATTEMPTS
    token_seconds: float = MAX_TOKEN_SECONDS


def identity_credentials(identity: Identity) -> Credentials:
    """Return who signs, for a client of the SDK.

    Raises OciServiceError with code ``no-answer`` when the issuer of tokens cannot be reached, NotAuthorised when it
    refuses or a file cannot be used.
    """
    from oci import exceptions  # the SDK is loaded when the arguments are known to be right
    from oci._vendor.requests import exceptions as transport  # what its signers raise

    try:
        # The SDK's signers take a time-out of a receive and none of the whole: a thread waits for one that trickles.
        return within(identity.token_seconds, lambda: _MAKERS[identity.kind](identity), name="identity")
    except FunctionError:
        raise
    except (exceptions.RequestException, transport.ConnectionError, transport.Timeout, Late) as fault:
        raise OciServiceError(
            f"no answer from the issuer of {identity.kind} tokens: {type(fault).__name__}",
            code="no-answer",
            service=identity.kind,
            fix="run this where that identity exists, or choose another with --auth",
        ) from None
    except Exception as fault:  # noqa: BLE001  (the SDK's signers raise anything from OSError to RuntimeError)
        raise NotAuthorised(
            f"{identity.kind} cannot be used: {_text_of(fault)}", fix="see docs/schedules.md, section Identity"
        ) from None


def _workload(identity: Identity) -> Credentials:
    from oci.auth.signers import get_oke_workload_identity_resource_principal_signer

    made = get_oke_workload_identity_resource_principal_signer(
        service_account_token_path=identity.token_file or None,
        retry_strategy=retry_strategy(identity.token_attempts, identity.token_seconds),
    )
    return {"region": made.region} if made.region else {}, made


def _instance(identity: Identity) -> Credentials:
    from oci.auth.signers import InstancePrincipalsSecurityTokenSigner

    made = InstancePrincipalsSecurityTokenSigner(
        retry_strategy=retry_strategy(identity.token_attempts, identity.token_seconds)
    )
    return {"region": made.region}, made


def _config(identity: Identity) -> Credentials:
    profile = identity.profile or "DEFAULT"
    return sdk_credentials(OciSettings(oci_config_profile=profile, oci_config_file=identity.config_file))


_MAKERS = {"workload-identity": _workload, "instance-principal": _instance, "config": _config}


def _text_of(fault: Exception) -> str:
    """Return what an exception of the SDK says, without the token or the answer that it may hold."""
    # The SDK's own exceptions have a message for people. The text of any other may quote a token or a private key: only
    # those of files and of parsing are shown.
    message = getattr(fault, "message", None) or (str(fault) if isinstance(fault, OSError | ValueError) else "")
    return f"{type(fault).__name__}{': ' + str(message)[:200] if message else ''}"
