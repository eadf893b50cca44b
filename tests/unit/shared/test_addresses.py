"""Which addresses may be called."""

import pytest

from shared.addresses import is_link_local, is_loopback, is_private, service_base_url


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


@pytest.mark.parametrize("host", ["169.254.169.254", "fe80::1", "[fe80::1]", "fe80::1%eth0"])
def test_a_link_local_address_is_known_with_brackets_and_zone(host: str) -> None:
    assert is_link_local(host)


@pytest.mark.parametrize("host", ["169.253.0.1", "10.0.0.1", "example.com", ""])
def test_other_addresses_are_not_link_local(host: str) -> None:
    assert not is_link_local(host)
