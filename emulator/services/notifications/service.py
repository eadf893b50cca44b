"""Notifications: topics, and PublishMessage, as the SDK's two clients of it call them.

Sources: OCI API, Notifications 20181201, CreateTopic, GetTopic, ListTopics, PublishMessage; docs.oracle.com, "Details
for Notifications" (policies). A message has at most 64 KB, and a topic takes 60 a minute.
"""

from __future__ import annotations

import json
import time
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import web

from emulator.base.service_protocol import (
    OciError,
    json_response,
    not_allowed_or_not_found,
    principal_of,
    required_query,
    timestamp,
)
from emulator.services.identity.service import DEFAULT_TENANCY
from emulator.services.tenancy.paging import page_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

MAX_PAGE = 50
MAX_MESSAGE_BYTES = 64 * 1024
MESSAGES_A_MINUTE = 60
TITLE_CHARACTERS = 100


@dataclass(frozen=True)
class PublishedMessage:
    """A message that was taken."""

    topic: str
    title: str
    body: str
    id: str


@dataclass
class Topic:
    """A topic of a tenancy; ``state`` other than ACTIVE takes no message; ``taken`` are the times of its messages."""

    id: str
    name: str
    compartment: str
    tenancy: str
    created_epoch_seconds: float
    state: str = "ACTIVE"
    taken: list[float] = field(default_factory=list)


class NotificationsService:
    """The service. ``denied``: ids of principals without a policy; ``published``: all messages, in their order."""

    name = "notifications"
    signed = True

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self.topics: dict[str, Topic] = {}
        self.published: list[PublishedMessage] = []
        self.denied: set[str] = set()

    def reset(self) -> None:
        """Forget topics and messages."""
        self.topics.clear()
        self.published.clear()
        self.denied.clear()

    def routes(self) -> Iterable[web.RouteDef]:
        """Return the paths."""
        return [
            web.get("/20181201/topics", self._list),
            web.post("/20181201/topics", self._create),
            web.get("/20181201/topics/{topic}", self._get),
            web.post("/20181201/topics/{topic}/messages", self._publish),
        ]

    def create(self, name: str, *, tenancy: str = DEFAULT_TENANCY, compartment: str = "") -> str:
        """Make a topic; return its OCID."""
        made = f"ocid1.onstopic.oc1.iad.aaaaaaaa{uuid.uuid4().hex}"
        self.topics[made] = Topic(made, name, compartment or tenancy, tenancy, self._clock())
        return made

    async def _list(self, request: web.Request) -> web.Response:
        tenancy = self._caller(request)
        where = required_query(request, "compartmentId")
        found = [_shown(one) for one in self.topics.values() if (one.tenancy, one.compartment) == (tenancy, where)]
        page, headers = page_of(request, found, MAX_PAGE)
        return json_response(page, headers=headers)

    async def _create(self, request: web.Request) -> web.Response:
        tenancy = self._caller(request)
        body = await _object(request)
        name, compartment = str(body.get("name") or ""), str(body.get("compartmentId") or "")
        if not name or not compartment:
            raise OciError(400, "InvalidParameter", "name and compartmentId are required.")
        if any((one.tenancy, one.name) == (tenancy, name) for one in self.topics.values()):
            raise OciError(409, "Conflict", f"Topic {name} exists already.")
        made = self.create(name, tenancy=tenancy, compartment=compartment)
        return json_response(_shown(self.topics[made]), status=201)

    async def _get(self, request: web.Request) -> web.Response:
        return json_response(_shown(self._topic(request)))

    async def _publish(self, request: web.Request) -> web.Response:
        topic = self._topic(request)
        message = await _object(request)
        title, body = str(message.get("title") or ""), message.get("body")
        if not isinstance(body, str) or not body:
            raise OciError(400, "InvalidParameter", "body: a message has a body.")
        if len(body.encode()) > MAX_MESSAGE_BYTES:
            raise OciError(413, "PayloadTooLarge", f"The message has more than {MAX_MESSAGE_BYTES} bytes.")
        if topic.state != "ACTIVE":
            raise OciError(409, "IncorrectState", f"The topic is {topic.state}.")
        now = self._clock()
        topic.taken = [at for at in topic.taken if now - at < 60]
        if len(topic.taken) >= MESSAGES_A_MINUTE:
            raise OciError(429, "TooManyRequests", "Too many messages for this topic.")
        topic.taken.append(now)
        taken = PublishedMessage(topic.id, title[:TITLE_CHARACTERS], body, str(uuid.uuid4()))
        self.published.append(taken)
        return json_response({"messageId": taken.id, "timeStamp": timestamp(now)}, status=202)

    def _topic(self, request: web.Request) -> Topic:
        tenancy = self._caller(request)
        topic = self.topics.get(request.match_info["topic"])
        if topic is None or topic.tenancy != tenancy:
            raise not_allowed_or_not_found()
        return topic

    def _caller(self, request: web.Request) -> str:
        principal = principal_of(request)
        if principal is None or principal.id in self.denied:
            raise not_allowed_or_not_found()
        return principal.tenancy


async def _object(request: web.Request) -> dict[str, Any]:
    try:
        found = json.loads(await request.read())
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise OciError(400, "CannotParseRequest", "The body is no JSON object.")
    return found


def _shown(one: Topic) -> dict[str, object]:
    return {
        "name": one.name,
        "topicId": one.id,
        "shortTopicId": one.id.rsplit(".", 1)[-1][:8],
        "compartmentId": one.compartment,
        "lifecycleState": one.state,
        "description": one.name,
        "timeCreated": timestamp(one.created_epoch_seconds),
        "apiEndpoint": "",
        "etag": "0",
    }
