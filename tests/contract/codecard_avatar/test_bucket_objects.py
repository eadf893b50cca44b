"""The registry's objects over the function's own requests: conditions are kept, folders listed, refusals told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from emulator.services.identity.service import DEFAULT_TENANCY
from functions.codecard_avatar.card.bucket_objects import BucketObjects
from functions.codecard_avatar.card.partly_saved import PartlySaved
from functions.codecard_avatar.card.registry_edits import Edit, EditRefused
from functions.codecard_avatar.card.registry_store import RegistryStore
from functions.codecard_avatar.container_state import ContainerState
from functions.codecard_avatar.settings import Settings
from shared.deadline import Deadline
from shared.errors import OciServiceError
from shared.settings import load_settings
from shared.tls import client_context, rsa_tls12_context

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from emulator.cloud import Cloud
    from emulator.services.object_storage.stored_objects import StoredBucket

CARD, OTHER = "CC50E3CCBFFF", "AABBCCDDEEFF"


@pytest.fixture(autouse=True)
def _trust(cloud: Cloud, principal_env: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in {**principal_env, "SSL_CERT_FILE": str(cloud.ca_file)}.items():
        monkeypatch.setenv(name, value)
    client_context.cache_clear()
    rsa_tls12_context.cache_clear()
    yield
    client_context.cache_clear()
    rsa_tls12_context.cache_clear()


@pytest.fixture
def bucket(cloud: Cloud) -> StoredBucket:
    return cloud.object_storage.create_bucket("private", tenancy=DEFAULT_TENANCY)


def objects(cloud: Cloud, bucket: StoredBucket) -> BucketObjects:
    config = {
        "publish": "inline",
        "public_url": "https://localhost",
        "card_registry": "cards.json",
        "private_bucket": f"{cloud.tls_endpoint}/n/{bucket.namespace}/b/{bucket.name}",
    }
    settings = load_settings(Settings, config)
    return BucketObjects(ContainerState().private_bucket(settings), Deadline.after(60))


class SomebodyBetween:
    """The objects, with somebody else who writes once between the first read and the write."""

    def __init__(self, real: BucketObjects, write: Callable[[], object]) -> None:
        self._real, self._write = real, [write]
        self.names = real.names
        self.write = real.write

    def read(self, name: str) -> tuple[bytes, str] | None:
        found = self._real.read(name)
        while self._write:
            self._write.pop()()
        return found


def cards(bucket: StoredBucket, name: str = "cards.json") -> Any:
    return json.loads(bucket.objects[name].read())


@pytest.mark.parametrize("before", [None, {"0123456789AB": "Bob"}])
def test_what_somebody_writes_between_the_read_and_the_write_is_not_lost(
    cloud: Cloud, bucket: StoredBucket, before: object
) -> None:
    def put(value: object) -> None:
        cloud.object_storage.put(bucket, "cards.json", json.dumps(value).encode())

    if before:
        put(before)
    others = {**(before or {}), OTHER: "Ada"}  # type: ignore[dict-item]
    between = SomebodyBetween(objects(cloud, bucket), lambda: put(others))
    done = RegistryStore(between, "cards.json", Deadline.after(60)).edit([Edit("add", CARD, "Joan")])
    assert (done.added, cards(bucket)) == (1, {**others, CARD: "Joan"})
    claimed = SomebodyBetween(objects(cloud, bucket), lambda: put({"1122334455AA": "Eve"}))
    with pytest.raises(EditRefused, match="has an owner already"):
        RegistryStore(claimed, "cards.json", Deadline.after(60)).edit([Edit("claim", "1122334455AA", "Mallory")])
    assert cards(bucket) == {"1122334455AA": "Eve"}


def test_a_folder_of_more_than_a_page_is_listed(cloud: Cloud, bucket: StoredBucket) -> None:
    for at in range(1003):
        cloud.object_storage.put(bucket, f"cards/{at:04}.txt", b"")
    for name in ("cards/FF.json", "cards/0A.json", "cards/sub/00.json", "other/00.json"):
        cloud.object_storage.put(bucket, name, b"{}")
    cloud.log.clear()
    store = RegistryStore(objects(cloud, bucket), "cards/", Deadline.after(60))
    assert store.parts() == ["cards/0A.json", "cards/FF.json"]
    assert len([call for call in cloud.log.calls() if call.service == "object_storage"]) == 2


def test_a_bucket_that_may_not_be_written_is_told_and_nothing_is_tried_again(
    cloud: Cloud, bucket: StoredBucket
) -> None:
    cloud.object_storage.put(bucket, "cards.json", b"{}")
    bucket.read_only = True
    cloud.log.clear()
    with pytest.raises(PartlySaved, match="card_registry: 404") as refused:
        RegistryStore(objects(cloud, bucket), "cards.json", Deadline.after(60)).edit([Edit("add", CARD, "Joan")])
    assert "right to write objects" in str(getattr(refused.value.reason, "advice", ""))
    assert len([call for call in cloud.log.calls() if call.method == "PUT"]) == 1
    with pytest.raises(OciServiceError):
        objects(cloud, bucket).check_write("cards.json")
