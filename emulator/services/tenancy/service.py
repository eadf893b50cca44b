"""The services that tell what a tenancy is made of, all of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from emulator.services.tenancy.compartments import CompartmentsService
from emulator.services.tenancy.price_list import PriceListService
from emulator.services.tenancy.resource_search import ResourceSearchService
from emulator.services.tenancy.subscriptions import SubscriptionsService

if TYPE_CHECKING:
    from emulator.base.service_protocol import Service


@dataclass
class TenancyServices:
    """Compartments, subscriptions, Search, and the public price list."""

    compartments: CompartmentsService = field(default_factory=CompartmentsService)
    subscriptions: SubscriptionsService = field(default_factory=SubscriptionsService)
    resource_search: ResourceSearchService = field(default_factory=ResourceSearchService)
    price_list: PriceListService = field(default_factory=PriceListService)

    @property
    def services(self) -> list[Service]:
        """All of them, to be mounted."""
        return [self.compartments, self.subscriptions, self.resource_search, self.price_list]
