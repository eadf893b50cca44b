"""Oracle's public list prices of one currency: one unsigned request over verified TLS.

Source: docs.oracle.com, "Estimating Costs", accessing list pricing: `{items: [{partNumber, displayName, metricName,
currencyCodeLocalizations: [{currencyCode, prices: [{model, value, rangeMin, rangeMax}]}]}]}`.
Retired SKUs are not in it.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING
from urllib.parse import quote

from functions.adw_billing.source.dimensions.fields import exact_amount, text
from shared.errors import OciServiceError
from shared.http.client import HttpClient, HttpError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from functions.adw_billing.model.dimension_merge import Row
    from shared.deadline import Deadline

MAX_BYTES = 32 << 20
"""The whole list has about 1 MB a currency."""
SERVICE = "price-list"


def read_list_prices(url: str, currency: str, deadline: Deadline) -> list[Row]:
    """Return the prices of all SKUs. Raises OciServiceError."""
    where = f"{url.rstrip('/')}/?currencyCode={quote(currency, safe='')}"
    client = HttpClient("adw-billing")
    try:
        answer = client.send("GET", where, deadline, limit_bytes=MAX_BYTES, headers={"accept": "application/json"})
    except HttpError as error:
        raise OciServiceError(str(error), code="no-answer", service=SERVICE) from None
    finally:
        client.close()
    if answer.status != 200:
        raise OciServiceError("the price list was refused", status=answer.status, service=SERVICE)
    return list(_rows(answer.body, currency))


def _rows(body: bytes, currency: str) -> Iterator[Row]:
    try:
        found = json.loads(body, parse_float=Decimal, parse_int=Decimal)
        items = found["items"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise OciServiceError("the price list is no such JSON", code="malformed", service=SERVICE) from None
    for item in items if isinstance(items, list) else []:
        sku = text(item, "partNumber") if isinstance(item, dict) else None
        if not sku:
            continue
        for price in _prices(item, currency):
            value = exact_amount(price, "value")
            if value is not None:
                yield {
                    "sku": sku,
                    "currency": currency,
                    "model": text(price, "model"),
                    "range_min": exact_amount(price, "rangeMin"),
                    "range_max": exact_amount(price, "rangeMax"),
                    "price": value,
                    "unit": text(item, "metricName"),
                    "name": text(item, "displayName"),
                }


def _prices(item: dict[str, object], currency: str) -> Iterator[dict[str, object]]:
    """Yield the prices in the currency asked for, whatever others the service adds."""
    localizations = item.get("currencyCodeLocalizations")
    for one in localizations if isinstance(localizations, list) else []:
        if not isinstance(one, dict) or one.get("currencyCode") != currency:
            continue
        prices = one.get("prices")
        yield from (price for price in prices if isinstance(price, dict)) if isinstance(prices, list) else ()
