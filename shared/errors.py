"""Expected failures, as one tree.

FunctionError
├── MissingInputData      a config key is missing or wrong (all of them at once)
├── BadRequest            the call's body or query cannot be used
├── NotFromThisPage       a POST that may be forged
├── PageTooOld            a POST from a page that has been open for too long
├── NotAuthorised         a service answered 401, or 404 where that means "not allowed"
├── UnsafeAddress         a config value would send credentials or a request where they must not go
├── OciServiceError       an OCI service failed or could not be reached
│   └── TokenExpired      it answered 401 because the caller's token had expired, whatever the policies are
├── KubernetesApiError    a cluster's API server failed or could not be reached
├── ResponseTooLarge      an answer passed its size limit
└── DeadlineExceeded      the call's time is over, or too short for the next step

An expected failure becomes an HTTP 200 answer with ``{"error": {"reason": …}}``: Fn throws a 502's body away, and the
FDK turns every other status of a plain invoke into 200. Everything that is not a FunctionError is a bug and is left
to the FDK, which logs its traceback and answers 502.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping


class FunctionError(Exception):
    """An expected failure with a reason that callers may test for.

    ``message`` says what happened, ``fix`` what to do about it, ``fields`` are further keys of the answer
    (an underscore in a name becomes a hyphen). Subclasses set ``reason`` (kebab-case) and ``meaning`` (one sentence
    for the table of reasons in the documents).
    """

    reason: ClassVar[str] = "error"
    meaning: ClassVar[str] = "The function could not do its work."
    remedy: ClassVar[str] = "Read message and fix of the answer."
    always: ClassVar[frozenset[str]] = frozenset()
    """Keys of the answer that are there even when they are empty, because callers look them up."""

    def __init__(self, message: str = "", *, fix: str = "", **fields: object) -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix
        self.fields = fields

    @property
    def advice(self) -> str:
        """What to do: the error's own fix, else the remedy of its class."""
        return self.fix or self.remedy

    def body(self) -> dict[str, object]:
        """Return reason, message, fix and the further fields, without empty ones; the one place that makes them."""
        body: dict[str, object] = {"reason": self.reason, "message": self.message, "fix": self.advice}
        body.update({name.replace("_", "-"): value for name, value in self.fields.items()})
        return {name: value for name, value in body.items() if name in self.always or value not in (None, "")}

    def to_body(self) -> dict[str, object]:
        """Return the answer's object, ``{"error": …}``."""
        return {"error": self.body()}


class MissingInputData(FunctionError):
    """Config keys that are missing or wrong; ``faults`` maps each key to what is wrong with it."""

    reason = "missing-input-data"
    meaning = "One or more config keys are missing or have a value that cannot be used; `faults` names each."
    remedy = "Set the keys with `fn config function <app> <function> <key> <value>`."

    def __init__(self, faults: Mapping[str, str], message: str = "", *, fix: str = "") -> None:
        self.keys = sorted(faults)
        self.faults = {key: faults[key] for key in self.keys}
        super().__init__(message, fix=fix, keys=self.keys, faults=self.faults)


class BadRequest(FunctionError):
    """The body or the query of the call cannot be used; ``field`` names the part at fault."""

    reason = "bad-request"
    meaning = "The body or the query of the call cannot be used."
    remedy = "Correct the field that the answer names."


class NotFromThisPage(FunctionError):
    """A POST that no page of this function sent."""

    reason = "not-from-this-page"
    meaning = "A POST came without the signs of a page of this function, so it may be forged; nothing was done."
    remedy = "Open the page at its own address and press its own button."


class PageTooOld(FunctionError):
    """A POST from a page that has been open for too long."""

    reason = "page-too-old"
    meaning = "A form was sent from a page that is older than an hour, so its token no longer holds; nothing was done."
    remedy = "Reload the page and send the form again."


class NotAuthorised(FunctionError):
    """A service refused the caller's identity or rights."""

    reason = "not-authorised"
    meaning = "A service refused the function's identity, or its policies do not allow the call."
    remedy = "Compare dynamic group and policies with the function's page."


class UnsafeAddress(FunctionError):
    """An address that must not be called, such as plain http to a host that is not this machine."""

    reason = "unsafe-address"
    meaning = "An address in the config would send a signed or private request where it must not go."
    remedy = "Use an https address of the service itself."


class OciServiceError(FunctionError):
    """An OCI service failed; fields ``status`` (text), ``code``, ``opc-request-id`` as OCI gave them."""

    reason = "oci-service-error"
    meaning = "An OCI service answered with an error, or did not answer in time."
    remedy = "Look up `code`; give `opc-request-id` to Oracle's support when it stays."
    always = frozenset({"status", "code", "opc-request-id"})

    def __init__(
        self,
        message: str = "",
        *,
        status: int = 0,
        code: str = "",
        opc_request_id: str = "",
        fix: str = "",
        service: str = "",
    ) -> None:
        super().__init__(
            message,
            fix=fix,
            status=str(status) if status else "",
            code=code,
            opc_request_id=opc_request_id,
            service=service,
        )
        self.status = status
        self.code = code
        self.opc_request_id = opc_request_id


class TokenExpired(OciServiceError):
    """A service refused the function's session token as expired; policies have no part in it."""

    reason = "token-expired"
    meaning = "A service refused the function's session token as expired, also after its file was read again."
    remedy = (
        "Call again: OCI replaces the token every 15 minutes. When it stays, let the container start anew (deploy, or "
        "wait for its idle timeout); outside OCI, make a new session or check the clock."
    )


def says_expired(status: int, text: str) -> bool:
    """Tell whether an answer with this status and text refuses a token for its age."""
    return status == 401 and "expired" in text.lower()


class KubernetesApiError(FunctionError):
    """A cluster's API server failed; fields ``status`` (text), ``code`` (the Status object's reason), ``path``.

    ``status`` is 0 where there was no answer; then a write may or may not have happened. ``audit-id`` finds the request
    in the cluster's audit log; ``opc-request-id`` is there and empty, because a caller that reads the failures of OCI
    services and clusters alike looks it up.
    """

    reason = "kubernetes-api-error"
    meaning = "The cluster's API server answered with an error, or did not answer in time."
    remedy = (
        "`code` Forbidden: apply deploy/kubernetes/rbac.yaml; no-answer: check the subnet and `kubernetes_endpoint`."
    )
    always = frozenset({"status", "code", "opc-request-id"})

    def __init__(
        self, message: str = "", *, status: int = 0, code: str = "", audit_id: str = "", path: str = ""
    ) -> None:
        super().__init__(
            message,
            status=str(status) if status else "",
            code=code,
            opc_request_id="",
            audit_id=audit_id,
            path=path,
        )
        self.status = status
        self.code = code


class ResponseTooLarge(FunctionError):
    """An answer passed the size limit set for it."""

    reason = "response-too-large"
    meaning = "A service sent more bytes than the function accepts from it."
    remedy = "Check that the address in the config is the intended one."


class DeadlineExceeded(FunctionError):
    """The call's time is over, or what is left is too short for the next step."""

    reason = "deadline-exceeded"
    meaning = "The call's time was over before the work was done; nothing is half done."
    remedy = "Raise `timeout` in func-common.yaml (at most 300 s) or find out which service is slow."


def tree(root: type[FunctionError] = FunctionError) -> list[type[FunctionError]]:
    """Return all error classes below ``root``, itself first, in the order of their definition."""
    classes = [root]
    for child in root.__subclasses__():
        classes.extend(tree(child))
    return classes
