"""Call a function once and say by the exit status how it went: `oci-functions invoke`, `python -m shared.invoke`.

For schedulers, above all a CronJob of Kubernetes. The answer goes to stdout, everything else to stderr. Exit status:
0 success or warning (2 for a warning with ``--strict``), 1 error (the function's own, the service's, of the arguments,
or an answer that no function of the suite gives: ops/answers.py), 3 nothing answered.

A schedule runs this in the base image, which has no click: ``main`` reads the arguments with argparse. The command line
of ``ops.cli`` takes the same declarations from ``add_arguments`` and calls ``run``, so that there is one of each.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from ops import answers
from ops.identities import AUTH_KINDS, Identity, identity_credentials
from shared.addresses import service_base_url
from shared.deadline import Deadline
from shared.errors import BadRequest, FunctionError, MissingInputData, OciServiceError
from shared.oci.clients import Credentials, make_client, oci_errors
from shared.oci.retries import READ_SECONDS
from shared.tls import trust

if TYPE_CHECKING:
    from collections.abc import Sequence

SUCCESS, ERROR, WARNING, NOTHING_ANSWERED = 0, 1, 2, 3

DESCRIPTION = "Call a function once and say by the exit status how it went."

CA_HELP = "authorities of one's own (PEM), trusted beside the public ones: for a proxy that inspects TLS"

ACCEPTED = 202
"""HTTP status of a detached call that was taken; its answer has no body."""

ANSWER_SECONDS = 310
"""How long to wait for an answer: a synchronous function runs for at most 300 s."""

_FUNCTION = re.compile(r"ocid1\.fnfunc\.[a-z0-9-]*\.(?P<region>[a-z0-9-]*)\.[A-Za-z0-9_-]+")


@dataclass(frozen=True)
class Target:
    """What to call: the function's OCID and where; an empty ``invoke_endpoint`` is asked from ``endpoint``."""

    function: str
    region: str = ""
    endpoint: str = ""
    invoke_endpoint: str = ""


@dataclass(frozen=True)
class Answered:
    """What came back: the body as it came (empty for a detached call), the request's id, the HTTP status."""

    body: bytes
    request_id: str
    status: int


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the arguments with argparse, call the function and return the exit status."""
    parser = _Parser(prog="python -m shared.invoke", description=DESCRIPTION)
    add_arguments(parser)
    try:
        return run(parser.parse_args(arguments))
    except argparse.ArgumentError as fault:
        parser.error(str(fault))


def run(options: argparse.Namespace) -> int:
    """Call the function that the options name, print its answer and return the exit status.

    Raises argparse.ArgumentError for a time-out or a body that can be nobody's wish.
    """
    _check(options)
    try:
        trust_authorities(options.ca_certificates)
        target = _target(options)
        identity = Identity(options.auth, options.service_account_token, options.config_file, options.profile)
        answer = call(target, identity, _body(options.body), detach=options.detach, timeout_seconds=options.timeout)
    except FunctionError as error:
        _print(json.dumps(error.to_body(), ensure_ascii=False).encode("utf-8", "backslashreplace"))
        return NOTHING_ANSWERED if isinstance(error, OciServiceError) and error.code == "no-answer" else ERROR
    sys.stderr.write(f"request {answer.request_id} answered with status {answer.status}\n")
    _print(answer.body)
    if options.detach and answer.status == ACCEPTED:
        return SUCCESS
    kind = answers.kind_of(answer.body)
    if kind == "unknown":
        sys.stderr.write("the answer is none of a function of the suite: taken for an error\n")
    return exit_status(kind, strict=options.strict)


def call(
    target: Target, identity: Identity, body: bytes, *, detach: bool = False, timeout_seconds: float = ANSWER_SECONDS
) -> Answered:
    """Return the function's answer; a call is never repeated.

    Raises OciServiceError for what the service refuses (code ``no-answer``: it could not be reached) and NotAuthorised
    when the identity cannot be used.
    """
    signed_by = identity_credentials(identity)
    region = target.region or region_of(target.function) or str(signed_by[0].get("region") or "")
    endpoint = target.invoke_endpoint
    if not endpoint:
        seconds = min(READ_SECONDS, timeout_seconds)
        management = _client("functions_management", signed_by, region, target.endpoint, seconds)
        with oci_errors("functions"):
            endpoint = management.get_function(target.function).data.invoke_endpoint
    client = _client("functions", signed_by, region, endpoint, timeout_seconds)
    with oci_errors("functions"):
        answer = client.invoke_function(
            target.function, invoke_function_body=body, fn_invoke_type="detached" if detach else "sync"
        )
        return Answered(bytes(answer.data.content), str(answer.request_id), int(answer.status))


def trust_authorities(file: str) -> None:
    """Trust the authorities in a file beside the public ones. Raises BadRequest for a file that holds none."""
    try:
        trust(file)
    except MissingInputData as fault:
        raise BadRequest(f"--ca-certificates {fault.faults['ca_certificates']}", field="--ca-certificates") from None


def exit_status(kind: answers.Kind, *, strict: bool) -> int:
    """Return the status of an answer: success is what is recognised as one, a warning is one unless ``strict``."""
    if kind == "warning":
        return WARNING if strict else SUCCESS
    return SUCCESS if kind == "success" else ERROR


def _check(options: argparse.Namespace) -> None:
    """Refuse what no call can be made with. Raises argparse.ArgumentError."""
    if not 0 < options.timeout < math.inf:
        raise argparse.ArgumentError(None, f"argument --timeout: must be above 0 seconds, is {options.timeout:g}")
    try:
        json.loads(options.body)
    except RecursionError:
        raise argparse.ArgumentError(None, "argument --body: the JSON is nested too deep for any function") from None
    except ValueError:
        return  # a body need be no JSON; the function says what it makes of it


def region_of(function: str) -> str:
    """Return the region that an OCID names (``iad`` becomes ``us-ashburn-1``), empty where it names none."""
    from oci.regions import REGIONS_SHORT_NAMES

    found = _FUNCTION.fullmatch(function)
    short = found["region"] if found else ""
    return str(REGIONS_SHORT_NAMES.get(short, short))


def _client(service: str, signed_by: Credentials, region: str, endpoint: str, seconds: float) -> Any:  # noqa: ANN401
    """Return a client for one call of so many seconds, however slowly its answer comes.

    It is never repeated: a function that is called twice may do its work twice.
    """
    if not region and not endpoint:
        raise BadRequest("the region is not known", fix="name it with --region", field="--region")
    return make_client(service, signed_by, Deadline.after(seconds), region=region, endpoint=endpoint)


def _target(options: argparse.Namespace) -> Target:
    if not _FUNCTION.fullmatch(options.function):
        raise BadRequest(
            "not a function's OCID", fix="ocid1.fnfunc.… stands in `fn inspect function`", field="function"
        )
    endpoints = {}
    for name in ("endpoint", "invoke_endpoint"):
        text = getattr(options, name)
        try:
            endpoints[name] = service_base_url(text) if text else ""
        except ValueError as fault:
            raise BadRequest(str(fault), field=f"--{name.replace('_', '-')}") from None
    return Target(options.function, options.region, **endpoints)


def _body(text: str) -> bytes:
    return sys.stdin.buffer.read() if text == "-" else text.encode()


def _print(answer: bytes) -> None:
    text = answer.decode("utf-8", "backslashreplace").rstrip("\n")
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")
    sys.stdout.flush()


class _Parser(argparse.ArgumentParser):
    """Wrong arguments are an error like any other: status 1, because 2 says "warning"."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(ERROR, f"{self.prog}: {message}\n")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `invoke`."""
    parser.add_argument("function", help="OCID of the function, ocid1.fnfunc.…")
    parser.add_argument("--body", default="", help="the call's body; `-` reads stdin (default: empty)")
    parser.add_argument(
        "--detach", action="store_true", help="do not wait for the answer (the function may run longer)"
    )
    parser.add_argument("--strict", action="store_true", help="exit with 2 when the answer is a warning")
    parser.add_argument(
        "--auth", choices=AUTH_KINDS, default=AUTH_KINDS[0], help=f"who calls (default: {AUTH_KINDS[0]})"
    )
    parser.add_argument("--region", default="", help="default: the one that the OCID names, else the identity's")
    parser.add_argument("--timeout", type=float, default=ANSWER_SECONDS, help="seconds to wait (default: %(default)s)")
    parser.add_argument("--profile", default="", help="with --auth config: the profile (default: DEFAULT)")
    parser.add_argument("--config-file", default="", help="with --auth config: the file (default: ~/.oci/config)")
    parser.add_argument("--service-account-token", default="", help="file of the pod's token, where not the usual one")
    parser.add_argument("--invoke-endpoint", default="", help="the function's invoke endpoint: saves the look-up")
    parser.add_argument("--endpoint", default="", help="base URL of the Functions service, for a local cloud")
    parser.add_argument("--ca-certificates", default="", metavar="FILE", help=CA_HELP)
