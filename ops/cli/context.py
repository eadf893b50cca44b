"""`oci-functions context`: what request-context answers to a call through a trigger, made in this process."""

from __future__ import annotations

import io
import uuid
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

HELP = """Print what request-context answers to an HTTP call, with what it shows and what it only tells.

    The call is made in this process, with the FDK's own context: no server, no gateway, and nothing of their headers.
    Exit status: 0, or 1 for {"error": ...}.
    """


def command() -> click.Command:
    """Return `context`."""
    example = "oci-functions context --header 'X-Device-Id: 7' --config greeting=Hi --url '/request-context/a?b=1'"
    parameters: list[click.Parameter] = [
        click.Option(["--header", "headers"], multiple=True, metavar="'NAME: VALUE'", help="a header of the client"),
        click.Option(["--config"], multiple=True, metavar="KEY=VALUE", help="a config key of the function"),
        click.Option(["--method"], default="GET", show_default=True, help="the client's method"),
        click.Option(["--url"], default="/request-context", show_default=True, help="path and query, or an address"),
        click.Option(["--body"], default="", help='the call\'s body, such as {"name": "Joan"}'),
    ]
    epilog = f"\b\nExample:\n  {example}"
    return click.Command("context", params=parameters, callback=_run, help=HELP, epilog=epilog)


def _run(headers: Sequence[str], config: Sequence[str], method: str, url: str, body: str) -> None:
    from ops.answers import kind_of
    from ops.invoke import exit_status

    answer = call(_pairs(headers, ":", "--header"), _pairs(config, "=", "--config"), method, url, body.encode())
    click.echo(answer)
    click.get_current_context().exit(exit_status(kind_of(answer), strict=False))


def call(headers: dict[str, str], config: dict[str, str], method: str, url: str, body: bytes) -> bytes:
    """Return the body that the function answers with."""
    from fdk import constants
    from fdk.context import InvokeContext

    from functions.request_context.func import handler

    # What Fn puts before a client's headers, and how it says that there is a client (the FDK's headers.py undoes it).
    from_client = {f"{constants.FN_HTTP_PREFIX}{name.lower()}": value for name, value in headers.items()}
    context = InvokeContext(
        app_id=None,
        app_name="local",
        fn_id=None,
        fn_name="request-context",
        call_id=uuid.uuid4().hex,
        config=config,
        headers={constants.FN_INTENT: constants.INTENT_HTTP_REQUEST, **from_client},
        request_url=url,
        method=method,
        fn_format=constants.HTTPSTREAM,
    )
    return bytes(handler(context, io.BytesIO(body)).body())


def _pairs(texts: Sequence[str], separator: str, option: str) -> dict[str, str]:
    """Split each text at its first separator. Raises UsageError for one without."""
    pairs = {}
    for text in texts:
        name, found, value = text.partition(separator)
        if not found or not name.strip():
            raise click.UsageError(f"{option}: {text!r} has no {separator!r} after a name")
        pairs[name.strip()] = value.strip()
    return pairs
