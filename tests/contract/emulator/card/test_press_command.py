"""`cloud press`: what it prints of each firmware, and its exit status."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from emulator.__main__ import main
from emulator.base.tls_files import balancer_context, ensure_tls_files, gateway_context
from functions.codecard_avatar.draw.bitmap import encode_bitmap
from tests.support.raw_server import serving

if TYPE_CHECKING:
    from pathlib import Path

    from emulator.cloud import Cloud

BITMAP = encode_bitmap(bytes(22 * 264))
PICTURE = f"HTTP/1.1 200 OK\r\nContent-Length: {len(BITMAP)}\r\n\r\n".encode() + BITMAP


def announcing(picture: str) -> bytes:
    body = f'{{"template": "template8", "backgroundImage": "{picture}"}}'.encode()
    return (
        f"HTTP/1.0 200 OK\r\nContent-Length: {len(body)}\r\nContent-Type: application/json\r\nX: y\r\n\r\n".encode()
        + body
    )


def test_the_panel_of_each_firmware_is_printed_and_drawn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(PICTURE) as pictures, serving(announcing(f"http://localhost:{pictures.port}/x.bmp")) as server:
        url = f"http://localhost:{server.port}/codecard/avatar"
        assert (
            main(
                [
                    "press",
                    url,
                    "--firmware",
                    "s",
                    "--button",
                    "b/2",
                    "--card",
                    "cc:50:e3:cc:bf:ff",
                    "--out",
                    str(tmp_path / "new"),
                ]
            )
            == 0
        )
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == "S: stock, as handed out: axTLS"
    assert printed[-2:] == ["  panel: the picture", f"  {tmp_path / 'new' / 'S.png'}"]
    assert (tmp_path / "new" / "S.png").read_bytes().startswith(b"\x89PNG")
    assert (
        b"X-CODECARD-ID: CC50E3CCBFFF\r\nX-CODECARD-BUTTON-LABEL: b\r\nX-CODECARD-BUTTON-FUNCTION: 2\r\n"
        in server.requests[0]
    )


def test_the_hosts_own_fingerprint_is_taken_and_what_a_stock_card_cannot_open_is_said(
    cloud: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    files = ensure_tls_files(cloud.keys)
    with serving(PICTURE, tls=balancer_context(files)) as pictures:
        answer = announcing(f"http://localhost:{pictures.port}/x.bmp")
        for context, shown in ((balancer_context, "white, no picture came"), (gateway_context, "please wait...")):
            with serving(answer, tls=context(files)) as server:
                assert main(["press", f"https://localhost:{server.port}/x", "--firmware", "S"]) == 1
            assert capsys.readouterr().out.rstrip().endswith(shown)


@pytest.mark.parametrize("names", ["Z", "S,", "S,stock"])
def test_a_firmware_that_nobody_knows_is_refused(names: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["press", "http://localhost:9/x", "--firmware", names])
    assert ended.value.code == 2
    assert "is none of S, L, LF, O, K, F" in capsys.readouterr().err


def test_a_host_that_is_not_there_is_a_failed_connection(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["press", "https://localhost:9/x", "--fingerprint", "00"]) == 1
    assert capsys.readouterr().out.count("Connection failed") == 2
