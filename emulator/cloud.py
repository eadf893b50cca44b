"""`Cloud`: all services of the local cloud on loopback ports, in one thread of this process."""

from __future__ import annotations

import asyncio
import itertools
import logging
import socket
import ssl
import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, TypeVar

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.log import server_logger

from emulator.base.faults import Faults
from emulator.base.hooks import Hooks
from emulator.base.keys import KeyRing
from emulator.base.listening import HOST, listen, port_of
from emulator.base.request_log import RequestLog
from emulator.base.service_protocol import OwnPortService, Service, reset
from emulator.base.tls_files import TlsFiles, balancer_context, ensure_tls_files, gateway_context, server_context
from emulator.middleware import Pipeline
from emulator.oke.emulated_cluster import EmulatedCluster
from emulator.services.codecard.service import CodecardService
from emulator.services.database.database_token_service import DatabaseTokenService
from emulator.services.database.service import DatabaseService
from emulator.services.identity.login_service import LoginService
from emulator.services.identity.resource_principals import ROTATION_SECONDS
from emulator.services.identity.service import IdentityService
from emulator.services.notifications.service import NotificationsService
from emulator.services.object_storage.service import ObjectStorageService
from emulator.services.tenancy.service import TenancyServices
from emulator.services.vault_secrets.service import SecretsService

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterable, Iterator
    from pathlib import Path
    from types import TracebackType

T = TypeVar("T")
GatewayFactory = Callable[["Cloud"], web.Application]
SecureSocket = tuple[socket.socket | None, Callable[[TlsFiles], ssl.SSLContext]]

_START_SECONDS = 120
_STOP_SECONDS = 60
_BODY_BYTES = 64 * 1024 * 1024
REGION_PREFIX = "/region/{region}"
"""Every path is served below this prefix too: `http://127.0.0.1:PORT/region/us-phoenix-1` is that region's endpoint."""


@dataclass(frozen=True)
class CloudOptions:
    """Rarer choices.

    A folder of keys and certificates to share with other clouds, because making keys is slow (default `root/keys`), a
    file that takes the log as JSON lines, fixed ports (0: the operating system chooses), and how often the files of
    resource principals are replaced.
    """

    keys_folder: Path | None = None
    log_file: Path | None = None
    port: int = 0
    gateway_port: int = 0
    rotation_seconds: float = ROTATION_SECONDS


_DEFAULTS = CloudOptions()


class Cloud:
    """The local cloud as a context manager; ports are chosen by the operating system.

    `root` takes objects, the card table and principals. `services` are mounted beside the built-in ones. `clock` (epoch
    seconds) is the time that the services live in; signatures are checked with `identity.clock`, the real time unless a
    test sets it. `functions` makes the application of the function server (its start and cleanup signals run the
    functions' processes); it is called with this cloud, in the cloud's loop, when all addresses are known.
    """

    def __init__(
        self,
        root: Path,
        *,
        services: Iterable[Service] = (),
        functions: GatewayFactory | None = None,
        tls: bool = True,
        clock: Callable[[], float] = time.time,
        options: CloudOptions = _DEFAULTS,
    ) -> None:
        root.mkdir(parents=True, exist_ok=True)
        self.root = root
        self.clock = clock
        self.keys = KeyRing(options.keys_folder or root / "keys")
        self.log = RequestLog(options.log_file)
        self.faults = Faults()
        self.hooks = Hooks()
        self.services: list[Service] = [*self._make_services(), *services]
        self._socket = listen(options.port)
        self.endpoint = f"http://{HOST}:{port_of(self._socket)}"
        self.object_storage.public_endpoint = self.endpoint
        self._tls = ensure_tls_files(self.keys) if tls else None
        self._tls_socket = listen() if tls else None
        self._balancer_socket = listen() if tls else None
        self._own_ports = self._listen_for_own_ports() if self._tls else {}
        self._functions = functions
        self._gateway_socket = listen(options.gateway_port) if functions else None
        self._gateway_tls_socket = listen() if functions and tls else None
        self._gateway_balancer_socket = listen() if functions and tls else None
        self._tls_endpoint = f"https://localhost:{port_of(self._tls_socket)}"
        self._gateway = f"http://{HOST}:{port_of(self._gateway_socket)}"
        self._tls_gateway = f"https://localhost:{port_of(self._gateway_tls_socket)}"
        self._connection_numbers = itertools.count(1)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="local-cloud", daemon=True)
        self._closing = asyncio.Event()
        self._runners: list[web.AppRunner] = []
        self._rotation_seconds = options.rotation_seconds

    def _make_services(self) -> list[Service]:
        """Make the built-in services, each with an attribute of its own, and return them."""
        self.identity = IdentityService(self.root / "principals", self.keys)
        self.object_storage = ObjectStorageService(self.root / "object_storage", self.clock)
        self.codecard = CodecardService(self.root / "codecard.sqlite")
        self.secrets = SecretsService(self.clock)
        self.database = DatabaseService(self.keys, lambda: self.ca_file)
        self.database_token = DatabaseTokenService(self.keys, self.clock)
        self.cluster = EmulatedCluster(self.identity)
        self.tenancy = TenancyServices()
        self.notifications = NotificationsService(self.clock)
        self.login = LoginService(self.identity, lambda: self.endpoint)
        own = (self.identity, self.object_storage, self.codecard, self.secrets, self.database, self.database_token)
        return [*own, *self.cluster.services, *self.tenancy.services, self.notifications, self.login]

    @property
    def has_tls(self) -> bool:
        """Whether this cloud has addresses over TLS."""
        return self._tls is not None

    @property
    def tls_endpoint(self) -> str:
        """Return the base URL of the same services over TLS. Raises RuntimeError for a cloud without TLS."""
        if self._tls_socket is None:
            raise RuntimeError("this cloud was made with tls=False")
        return self._tls_endpoint

    @property
    def ca_file(self) -> Path:
        """Return the authority's certificate, for REQUESTS_CA_BUNDLE and SSL_CERT_FILE. RuntimeError without TLS."""
        if self._tls is None:
            raise RuntimeError("this cloud was made with tls=False")
        return self._tls.ca_file

    @property
    def tls_certificate_file(self) -> Path:
        """Return the server's certificate (PEM). Raises RuntimeError without TLS."""
        if self._tls is None:
            raise RuntimeError("this cloud was made with tls=False")
        return self._tls.certificate_file

    @property
    def gateway(self) -> str:
        """Return the base URL of the function server. Raises RuntimeError for a cloud without functions."""
        if self._gateway_socket is None:
            raise RuntimeError("this cloud was made without functions")
        return self._gateway

    @property
    def tls_gateway(self) -> str:
        """Return the function server's base URL over TLS. Raises RuntimeError without functions or TLS."""
        if self._gateway_tls_socket is None:
            raise RuntimeError("this cloud was made without functions or without TLS")
        return self._tls_gateway

    @property
    def balancer_endpoint(self) -> str:
        """Return the services' base URL through a load balancer whose suites an old card has. RuntimeError as above."""
        return self.tls_endpoint.replace(f":{port_of(self._tls_socket)}", f":{port_of(self._balancer_socket)}")

    @property
    def balancer_gateway(self) -> str:
        """Return the function server's base URL through such a load balancer. Raises RuntimeError as `tls_gateway`."""
        own = f":{port_of(self._gateway_tls_socket)}"
        return self.tls_gateway.replace(own, f":{port_of(self._gateway_balancer_socket)}")

    def region_endpoint(self, region: str) -> str:
        """Return the base URL that plays the given region."""
        return self.endpoint + REGION_PREFIX.format(region=region)

    def __enter__(self) -> Self:
        self._thread.start()
        self.run(self._start(), timeout_seconds=_START_SECONDS)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop all servers; a second call does nothing."""
        if not self._thread.is_alive():
            return
        self.run(self._stop(), timeout_seconds=_STOP_SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_STOP_SECONDS)
        self._loop.close()

    def reset(self) -> None:
        """Bring log, faults, hooks and all services back to their first state."""
        self.run(self._reset(), timeout_seconds=_STOP_SECONDS)

    def run(self, work: Coroutine[Any, Any, T], timeout_seconds: float | None = None) -> T:
        """Run a coroutine in the cloud's loop from another thread; return what it returns."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout_seconds)

    def _listen_for_own_ports(self) -> dict[OwnPortService, socket.socket]:
        sockets = {service: listen(0) for service in self.services if isinstance(service, OwnPortService)}
        for service, listening in sockets.items():
            service.listens(port_of(listening), self.ca_file.read_bytes())
        return sockets

    async def _start(self) -> None:
        shared = [service for service in self.services if not isinstance(service, OwnPortService)]
        balancer = (self._balancer_socket, balancer_context)
        await self._serve(self._application(shared), self._socket, (self._tls_socket, server_context), balancer)
        for service, listening in self._own_ports.items():
            await self._serve(self._application([service]), None, (listening, server_context))
        if self._functions is not None:
            gateway = (self._gateway_tls_socket, gateway_context)
            balancer = (self._gateway_balancer_socket, balancer_context)
            await self._serve(self._functions(self), self._gateway_socket, gateway, balancer)
        self._rotation = asyncio.create_task(self.identity.keep_rotating(self._rotation_seconds))

    async def _serve(self, app: web.Application, plain: socket.socket | None, *secure: SecureSocket) -> None:
        server_logger.addFilter(_is_no_fault_of_the_client)  # once, however often it is added
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        self._runners.append(runner)
        await runner.setup()
        if plain is not None:
            await web.SockSite(runner, plain).start()
        for listening, context in secure:
            if listening is not None and self._tls is not None:
                await web.SockSite(runner, listening, ssl_context=context(self._tls)).start()

    def _application(self, services: Iterable[Service]) -> web.Application:
        owners: dict[web.AbstractResource, Service] = {}
        pipeline = Pipeline(
            identity=self.identity,
            log=self.log,
            faults=self.faults,
            hooks=self.hooks,
            closing=self._closing,
            owners=owners,
            connections=weakref.WeakKeyDictionary(),
            connection_numbers=self._connection_numbers,
        )
        app = web.Application(middlewares=[pipeline.middleware()], client_max_size=_BODY_BYTES)
        for service in services:
            for definition in service.routes():
                owners.update(dict.fromkeys(_resources(app, definition), service))
        return app

    async def _stop(self) -> None:
        self._closing.set()
        self._rotation.cancel()
        for runner in reversed(self._runners):
            await runner.cleanup()
        for service in self.services:
            close = getattr(service, "close", None)
            if close is not None:
                close()

    async def _reset(self) -> None:
        self.log.clear()
        self.faults.clear()
        self.hooks.clear()
        for service in self.services:
            reset(service)


def _is_no_fault_of_the_client(record: logging.LogRecord) -> bool:
    """Tell whether a line belongs into the log: not where a client sent no HTTP, or hung up before its end."""
    fault = record.exc_info[1] if record.exc_info else None
    return not isinstance(fault, HttpProcessingError | ConnectionError)


def _resources(app: web.Application, definition: web.RouteDef) -> Iterator[web.AbstractResource]:
    """Add a route, and the same below REGION_PREFIX; yield their resources (aiohttp's HEAD route shares its GET's)."""
    below = web.RouteDef(definition.method, REGION_PREFIX + definition.path, definition.handler, {})
    for route in (*definition.register(app.router), *below.register(app.router)):
        if route.resource is not None:
            yield route.resource
