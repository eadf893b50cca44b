"""The card's button on the local cloud: request, answer, picture, panel; and request-context through the gateway."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import requests

from emulator.card.card_client import Card, Picture, Press
from emulator.card.firmware_json import FIRMWARES, read_answer
from emulator.card.screen import Screen
from emulator.cloud import Cloud
from emulator.functions_app import FunctionsApp
from emulator.services.identity.service import DEFAULT_TENANCY
from tools.byte_compile import compile_all
from tools.demo import card_presses, figures, page_files
from tools.demo.card_picture import draw_card

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tools.demo.card_presses import Pressed

TITLE = "Code Card: a button press becomes a badge"

CARD_ID = "CC50E3CCBFFF"
NAME = "Joan Citizen"
FUNCTION = "codecard-avatar"
WARM_PRESSES = 10
TRUST = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")


@dataclass(frozen=True)
class PublishedBadge:
    """One way of publishing, pressed until warm: what came back, and the seconds to its first byte."""

    name: str
    press: Press
    picture: Picture
    cold_seconds: float
    warm_seconds: float
    cold_cpu_seconds: float


def run(out: Path) -> None:
    """Press the button for each way of publishing, and write the pictures; then on two cards.

    Raises CardError when a card could not read or draw what it got.
    """
    functions = FunctionsApp(_environment, limit_rate=False)
    with tempfile.TemporaryDirectory(prefix="demo-badge-") as root, Cloud(Path(root), functions=functions) as cloud:
        print("   byte-compiling functions, shared and what they import, as in the image …")
        compile_all()
        print(f"   card {CARD_ID} saved in the backend: {_save_card(cloud)}")
        ways = [_pressed(cloud, functions, name, config) for name, config in _ways(cloud).items()]
        _show(ways)

        def publish_at(host: str) -> None:
            functions.host.configure(FUNCTION, _inline(cloud, host))

        presses = card_presses.show(cloud, publish_at, CARD_ID, out)
        _keep(out, ways[0].picture, presses)
        _request_context(cloud)
    page_files.write_badges(out)


def _keep(out: Path, picture: Picture, presses: list[Pressed]) -> None:
    """Write the badge as the panel shows it and as a card fetches it, and the figures; say where."""
    (out / "badge.png").write_bytes(picture.panel.png())
    (out / "badge.bmp").write_bytes(picture.file)
    draw_card(Screen("picture", picture=picture.panel), out / "card.png")
    at = {
        host: [each.card for each in presses if each.host == host and each.screen.picture]
        for host in (card_presses.GATEWAY, card_presses.BALANCER)
    }
    figures.keep(
        out,
        "badge",
        name=NAME,
        picture_bytes=len(picture.file),
        shown_by={host: " and ".join(cards) for host, cards in at.items()},
    )
    shown, fetched, card, cards, buttons = (
        _shown(out / name) for name in ("badge.png", "badge.bmp", "card.png", "cards.png", "buttons.png")
    )
    print(f"   {shown} as the panel shows it, {fetched} as the card fetches it, {card} with the card around it,")
    print(f"   {cards} the four presses, {buttons} the three buttons")


def _environment(cloud: Cloud) -> Mapping[str, str]:
    return {**cloud.identity.mint_resource_principal(), **dict.fromkeys(TRUST, str(cloud.ca_file))}


def _save_card(cloud: Cloud) -> str:
    button = {"badgeId": CARD_ID, "buttonLabel": "a", "buttonFunction": "1", "template": "template1"}
    card = button | {"title": NAME, "subtitle": "Example Company", "bodytext": "Ask me about functions"}
    card |= {"barcode": "https://example.com/joan"}
    answer = requests.post(cloud.endpoint + cloud.codecard.path, json=card, timeout=10)
    return f"{answer.status_code} {answer.text}"


def _ways(cloud: Cloud) -> dict[str, dict[str, str]]:
    """Return the config of each way of publishing; everything goes over https."""
    storage = cloud.object_storage
    bucket = storage.create_bucket("codecard", tenancy=DEFAULT_TENANCY, public_access_type="ObjectReadWithoutList")
    link = storage.create_link(bucket, "AnyObjectWrite").replace(cloud.endpoint, cloud.tls_endpoint)
    apex = {"apex_url": cloud.tls_endpoint + cloud.codecard.path}
    return {
        "bucket, signed": apex | {"oss_bucket": f"{cloud.tls_endpoint}/n/{bucket.namespace}/b/{bucket.name}"},
        "bucket, link": apex | {"oss_bucket": link},
        "inline": _inline(cloud, cloud.tls_gateway),
    }


def _inline(cloud: Cloud, host: str) -> dict[str, str]:
    """Return the config of pictures that are fetched from the function itself, at a host."""
    return {"apex_url": cloud.tls_endpoint + cloud.codecard.path, "publish": "inline", "public_url": host}


def _pressed(cloud: Cloud, functions: FunctionsApp, name: str, config: Mapping[str, str]) -> PublishedBadge:
    functions.host.configure(FUNCTION, config)
    card = Card(CARD_ID, "LF")
    url = cloud.gateway + "/codecard/avatar"
    first = card.press(url)
    record = next(call for call in reversed(functions.host.calls) if call.function == FUNCTION and call.cold)
    warm = [card.press(url) for _ in range(WARM_PRESSES)]
    for firmware in FIRMWARES:
        read_answer(first.raw, firmware)
    picture = card.fetch_picture(first.fields)
    return PublishedBadge(name, first, picture, first.seconds, min(press.seconds for press in warm), record.cpu_seconds)


def _show(ways: list[PublishedBadge]) -> None:
    first = ways[0].press
    status = first.raw.partition(b"\r\n")[0].decode()
    print(f"   POST /codecard/avatar HTTP/1.0 -> {status}")
    for name, text in first.fields.items():
        print(f"      {name}: {text}")
    print(f"   read by the rules of firmware {', '.join(FIRMWARES)}; fetched by a reflashed card, fingerprint compared")
    print("   publish          status  json bytes  picture bytes  cold s  of which CPU  warm ms")
    for way in ways:
        status = way.press.raw.split(b" ", 2)[1].decode()
        body = way.press.raw.partition(b"\r\n\r\n")[2]
        print(
            f"   {way.name:<15}  {status:>6}  {len(body):>10}  {len(way.picture.file):>13}  {way.cold_seconds:>6.2f}"
            f"  {way.cold_cpu_seconds:>12.2f}  {1000 * way.warm_seconds:>7.1f}"
        )


def _request_context(cloud: Cloud) -> None:
    token = cloud.identity.mint_access_token()
    headers = {"Authorization": f"Bearer {token}", "x-device-id": CARD_ID}
    answer = requests.post(
        cloud.gateway + "/request-context?from=demo", json={"name": NAME}, headers=headers, timeout=20
    )
    answer.raise_for_status()
    shown = answer.json()
    print(f"   POST /request-context through the gateway -> {answer.status_code} {len(answer.content)} bytes")
    print(f"      Message: {shown['Message']}; ctx.Method: {shown['ctx.Method']}; query: {shown['request']['query']}")


def _shown(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"
