"""What a tenancy is made of, read with the unchanged SDK: compartments, subscriptions, resources, list prices."""

from __future__ import annotations

import json
import urllib.request
from typing import TYPE_CHECKING, Any

import oci
import pytest

from emulator.services.identity.service import DEFAULT_TENANCY

if TYPE_CHECKING:
    from emulator.cloud import Cloud


def _client(cloud: Cloud, kind: Any) -> Any:
    user = cloud.identity.create_user()
    config = oci.config.from_file(str(user.config_file))
    return kind(config, service_endpoint=cloud.endpoint, retry_strategy=oci.retry.NoneRetryStrategy())


def test_compartments_are_listed_by_pages_with_their_subtree(cloud: Cloud) -> None:
    tree = cloud.tenancy.compartments
    prod = tree.create("prod")
    shop = tree.create("shop", parent=prod)
    tree.delete(tree.create("old"))
    identity = _client(cloud, oci.identity.IdentityClient)
    every = oci.pagination.list_call_get_all_results(
        identity.list_compartments, DEFAULT_TENANCY, compartment_id_in_subtree=True, access_level="ANY", limit=1
    ).data
    assert [(one.id, one.compartment_id) for one in every[:2]] == [(prod, DEFAULT_TENANCY), (shop, prod)]
    assert every[2].lifecycle_state == "DELETED"
    assert every[2].name.startswith("old.")
    assert [one.name for one in identity.list_compartments(prod).data] == ["shop"]
    active = identity.list_compartments(DEFAULT_TENANCY, lifecycle_state="ACTIVE").data
    assert [one.name for one in active] == ["prod"]
    with pytest.raises(oci.exceptions.ServiceError) as refused:
        identity.list_compartments(prod, compartment_id_in_subtree=True)
    assert refused.value.status == 400
    assert identity.get_tenancy(DEFAULT_TENANCY).data.name == "local-cloud"


def test_a_principal_without_a_policy_is_told_that_nothing_is_there(cloud: Cloud) -> None:
    identity = _client(cloud, oci.identity.IdentityClient)
    cloud.tenancy.compartments.denied.add(identity.base_client.config["user"])
    with pytest.raises(oci.exceptions.ServiceError) as refused:
        identity.list_compartments(DEFAULT_TENANCY)
    assert (refused.value.status, refused.value.code) == (404, "NotAuthorizedOrNotFound")


def test_subscriptions_and_commitments(cloud: Cloud) -> None:
    services = cloud.tenancy.subscriptions
    services.add(DEFAULT_TENANCY, "sub-1", {"id": "svc-1", "totalValue": "1200", "usedAmount": "100.25"})
    services.commitments["svc-1"] = [{"id": "c-1", "quantity": "1200", "usedAmount": "100.25"}]
    organizations = _client(cloud, oci.onesubscription.OrganizationSubscriptionClient)
    assert [one.id for one in organizations.list_organization_subscriptions(DEFAULT_TENANCY).data] == ["sub-1"]
    found = _client(cloud, oci.onesubscription.SubscribedServiceClient).list_subscribed_services(
        DEFAULT_TENANCY, "sub-1"
    )
    assert (found.data[0].used_amount, found.data[0].subscription_id) == ("100.25", "sub-1")
    commitments = _client(cloud, oci.onesubscription.CommitmentClient).list_commitments("svc-1", DEFAULT_TENANCY)
    assert commitments.data[0].quantity == "1200"


def test_search_finds_resources_of_the_types_asked_for(cloud: Cloud) -> None:
    cloud.tenancy.resource_search.resources[DEFAULT_TENANCY] = [
        {"resourceType": "Instance", "identifier": "i-1", "displayName": "web", "compartmentId": "c"},
        {"resourceType": "Bucket", "identifier": "b-1", "displayName": "logs", "compartmentId": "c"},
    ]
    search = _client(cloud, oci.resource_search.ResourceSearchClient)
    details = oci.resource_search.models.StructuredSearchDetails(query="query instance resources")
    assert [one.display_name for one in search.search_resources(details).data.items] == ["web"]
    details = oci.resource_search.models.StructuredSearchDetails(query="select * from resources")
    with pytest.raises(oci.exceptions.ServiceError):
        search.search_resources(details)


def test_list_prices_keep_their_digits(cloud: Cloud) -> None:
    cloud.tenancy.price_list.prices["USD"] = {"B1": '[{"model": "PAY_AS_YOU_GO", "value": 0.00001234}]'}
    url = f"{cloud.endpoint}/pls/apex/cetools/api/v1/products/?currencyCode=USD"
    with urllib.request.urlopen(url) as answer:  # noqa: S310
        found = json.loads(answer.read(), parse_float=str)
    assert found["items"][0]["currencyCodeLocalizations"][0]["prices"][0]["value"] == "0.00001234"
