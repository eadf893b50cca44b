"""Notifications, called with the unchanged SDK: topics, messages, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import oci
import pytest
from oci.ons.models import CreateTopicDetails, MessageDetails

from emulator.services.identity.service import DEFAULT_TENANCY
from emulator.services.notifications.service import MAX_MESSAGE_BYTES, MESSAGES_A_MINUTE

if TYPE_CHECKING:
    from emulator.cloud import Cloud


def _client(cloud: Cloud, kind: Any) -> Any:
    user = cloud.identity.create_user()
    config = oci.config.from_file(str(user.config_file))
    return kind(config, service_endpoint=cloud.endpoint, retry_strategy=oci.retry.NoneRetryStrategy())


def _refusal(client: Any, topic: str, body: str = "text") -> tuple[int, str]:
    with pytest.raises(oci.exceptions.ServiceError) as refused:
        client.publish_message(topic, MessageDetails(title="t", body=body))
    return refused.value.status, refused.value.code


def test_a_message_reaches_its_topic(cloud: Cloud) -> None:
    control = _client(cloud, oci.ons.NotificationControlPlaneClient)
    made = control.create_topic(CreateTopicDetails(name="costs", compartment_id=DEFAULT_TENANCY)).data
    assert control.get_topic(made.topic_id).data.lifecycle_state == "ACTIVE"
    assert [one.name for one in control.list_topics(DEFAULT_TENANCY).data] == ["costs"]
    data = _client(cloud, oci.ons.NotificationDataPlaneClient)
    sent = data.publish_message(made.topic_id, MessageDetails(title="Budget", body="too much"), message_type="RAW_TEXT")
    assert (sent.status, sent.data.message_id) == (202, cloud.notifications.published[0].id)
    (message,) = cloud.notifications.published
    assert (message.topic, message.title, message.body) == (made.topic_id, "Budget", "too much")


def test_what_is_refused(cloud: Cloud) -> None:
    topic = cloud.notifications.create("costs")
    other = cloud.notifications.create("theirs", tenancy="ocid1.tenancy.oc1..aaaaaaaaother")
    data = _client(cloud, oci.ons.NotificationDataPlaneClient)
    for missing in (other, "ocid1.onstopic.oc1.iad.none"):
        assert _refusal(data, missing) == (404, "NotAuthorizedOrNotFound")
    assert _refusal(data, topic, "") == (400, "InvalidParameter")
    assert _refusal(data, topic, "x" * (MAX_MESSAGE_BYTES + 1))[0] == 413
    cloud.notifications.topics[topic].state = "DELETING"
    assert _refusal(data, topic)[0] == 409
    cloud.notifications.topics[topic].state = "ACTIVE"
    for _ in range(MESSAGES_A_MINUTE):
        data.publish_message(topic, MessageDetails(title="t", body="b"))
    assert _refusal(data, topic) == (429, "TooManyRequests")
    cloud.notifications.denied.add(data.base_client.config["user"])
    assert _refusal(data, topic)[0] == 404
    assert len(cloud.notifications.published) == MESSAGES_A_MINUTE


def test_an_unsigned_message_is_refused(cloud: Cloud) -> None:
    import urllib.error
    import urllib.request

    topic = cloud.notifications.create("costs")
    url = f"{cloud.endpoint}/20181201/topics/{topic}/messages"
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(urllib.request.Request(url, data=b"{}", method="POST"))  # noqa: S310
    assert refused.value.code == 401
