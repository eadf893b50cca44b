"""Oracle's public price list, as https://apexapps.oracle.com/pls/apex/cetools/api/v1/products/ answers: unsigned.

Source: docs.oracle.com, "Estimating Costs" (accessing list pricing): `currencyCode` and `partNumber` filter; a product
has its prices by currency, each with a model and, where prices come in tiers, a range. Values are JSON numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Iterable

PATH = "/pls/apex/cetools/api/v1/products/"


@dataclass
class PriceListService:
    """The list: ``prices`` by currency, then part number, as a JSON text of the array `prices`."""

    prices: dict[str, dict[str, str]] = field(default_factory=dict)
    name: str = "price-list"

    def reset(self) -> None:
        """Forget all prices."""
        self.prices.clear()

    def routes(self) -> Iterable[web.RouteDef]:
        """Return the one path."""
        return [web.get(PATH, self._list)]

    async def _list(self, request: web.Request) -> web.Response:
        currency = request.query.get("currencyCode", "USD")
        wanted = request.query.get("partNumber")
        # The prices are texts of JSON: a float would change a value such as 0.00001234 on its way.
        items = [
            f'{{"partNumber": "{part}", "displayName": "Product {part}", "metricName": "OCPU Per Hour", '
            f'"serviceCategory": "Compute", "currencyCodeLocalizations": [{{"currencyCode": "{currency}", '
            f'"prices": {prices}}}]}}'
            for part, prices in self.prices.get(currency, {}).items()
            if wanted in {None, part}
        ]
        return web.Response(text=f'{{"items": [{", ".join(items)}]}}', content_type="application/json")
