"""Every context verifies; the RSA one ends at TLS 1.2."""

from __future__ import annotations

import ssl

import pytest

from shared.tls import (
    RSA_KEY_EXCHANGE_SUITES,
    client_context,
    context_of_authority,
    rsa_key_exchange_context,
    rsa_tls12_context,
)


@pytest.mark.parametrize("make", [client_context, rsa_tls12_context])
def test_a_context_asks_for_a_certificate_of_the_right_name_and_is_made_once(make: object) -> None:
    context = make()  # type: ignore[operator]
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert make() is context  # type: ignore[operator]


def test_the_rsa_context_offers_no_suite_with_another_certificate() -> None:
    context = rsa_tls12_context()
    assert context.maximum_version == ssl.TLSVersion.TLSv1_2
    below_13 = [suite for suite in context.get_ciphers() if suite["protocol"] != "TLSv1.3"]
    assert below_13
    assert {suite["auth"] for suite in below_13} == {"auth-rsa"}


def test_the_context_of_old_devices_has_their_suites_at_the_usual_level_and_verifies() -> None:
    context = rsa_key_exchange_context()
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    below_13 = [suite for suite in context.get_ciphers() if suite["protocol"] != "TLSv1.3"]
    assert [suite["name"] for suite in below_13] == RSA_KEY_EXCHANGE_SUITES.split(":")
    assert {suite["kea"] for suite in below_13} == {"kx-rsa"}
    assert context.maximum_version == ssl.TLSVersion.TLSv1_2


def test_a_text_without_a_certificate_is_no_authority() -> None:
    with pytest.raises((ssl.SSLError, ValueError)):
        context_of_authority("no pem")
