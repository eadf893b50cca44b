"""Which addresses may be called."""

import pytest

from shared.addresses import (
    Reach,
    is_link_local,
    is_loopback,
    is_private,
    public_host,
    refusal,
    service_base_url,
)


@pytest.mark.parametrize(
    "url",
    [
        "https://objectstorage.eu-frankfurt-1.oraclecloud.com/",
        "http://127.0.0.1:80",
        "http://[::1]:1",
        "http://localhost:9/x",
    ],
)
def test_https_anywhere_and_plain_http_on_this_machine(url: str) -> None:
    assert service_base_url(url) == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "http://10.0.0.1",
        "http://127.0.0.1.example.com",
        "ftp://x",
        "https://",
        "https://u:p@h",
        "https://h/?a",
        "http://[",
        "x",
        "https://h:0",
        "https://h:99999",
    ],
)
def test_other_base_urls_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"URL|http"):
        service_base_url(url)


def test_private_addresses_are_known() -> None:
    assert is_private("169.254.169.254")
    assert is_private("localhost")
    assert not is_private("8.8.8.8")
    assert is_loopback("127.9.9.9")
    assert not is_loopback("example.com")


@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254",
        "fe80::1",
        "[fe80::1]",
        "fe80::1%eth0",
        "::ffff:169.254.169.254",
        "::ffff:a9fe:a9fe",
        "::169.254.169.254",
        "64:ff9b::169.254.169.254",
        "64:ff9b:1::a9fe:a9fe",
        "2002:a9fe:a9fe::1",
        "fd00:c1::a9fe:a9fe",
        "fd00:ec2::254",
    ],
)
def test_an_address_of_a_machines_own_credentials_is_known_in_every_form(host: str) -> None:
    assert is_link_local(host)
    assert all("link-local" in refusal(host.strip("[]"), reach) for reach in Reach)


@pytest.mark.parametrize("host", ["169.253.0.1", "10.0.0.1", "example.com", ""])
def test_other_addresses_are_not_link_local(host: str) -> None:
    assert not is_link_local(host)


NOT_PUBLIC = [
    *("127.0.0.1", "127.9.9.9", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "192.0.2.1"),  # noqa: S104
    *("198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.88.99.1"),
    *("::1", "::", "fc00::1", "fd12::1", "fec0::1", "ff02::1", "100::1", "2001:db8::1", "4000::1"),
    *("::ffff:8.8.8.8", "::8.8.8.8", "64:ff9b::8.8.8.8", "64:ff9b:1::1", "2002:808:808::1", "2001:0:1::1"),
]


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_no_own_private_or_translated_address_is_public(address: str) -> None:
    assert refusal(address, Reach.PUBLIC) == "is no address of the public internet"
    assert refusal(address, Reach.CONFIGURED) == ""
    assert is_private(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "140.91.10.1", "2603:c020:0:1::1", "2a00:1450:4001:82a::200e"])
def test_a_public_address_may_be_reached_and_is_not_this_machine(address: str) -> None:
    assert refusal(address, Reach.PUBLIC) == refusal(address, Reach.CONFIGURED) == ""
    assert refusal(address, Reach.THIS_MACHINE) == "is no address of this machine"
    assert not is_private(address)


@pytest.mark.parametrize(("address", "allowed"), [("127.0.0.1", True), ("::1", True), ("::ffff:127.0.0.1", False)])
def test_this_machine_is_its_two_loopback_addresses(address: str, *, allowed: bool) -> None:
    assert (refusal(address, Reach.THIS_MACHINE) == "") == allowed
    assert is_loopback(address) == allowed


def test_what_is_no_address_is_never_connected_to() -> None:
    assert all(refusal("localhost", reach) for reach in Reach)


@pytest.mark.parametrize(
    ("text", "wanted"), [("GW.example.com", "gw.example.com"), ("a-1.io:443", "a-1.io"), ("a.io:8443", "a.io:8443")]
)
def test_a_public_host_is_a_name_with_its_port(text: str, wanted: str) -> None:
    assert public_host(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        *("localhost", "localhost.localdomain", "gateway", "127.0.0.1", "127.1", "2130706433", "0x7f.1", "0177.0.0.1"),
        *("[::1]", "a.b.0x7f", "a..b", "-x.com", "a b.com", "https://a.com", "a.com/x", "u@a.com", "a.com:port", ""),
        "a." * 130 + "com",
    ],
)
def test_an_address_in_any_spelling_is_no_public_host(text: str) -> None:
    with pytest.raises(ValueError, match="must be"):
        public_host(text)
