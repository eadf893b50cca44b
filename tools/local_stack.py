"""A deployment in the local cloud from the files that a tenancy is deployed from.

func.yaml and deploy/api-gateway.json are read by the function server itself; here come config (deploy/local.tfvars,
through the variables of deploy/terraform), the cluster (made by `oke cluster create`), dynamic groups, policies
(deploy/terraform/policies.tf), images, RBAC (deploy/kubernetes/rbac.yaml) and the CronJobs' functions.env.
"""

from __future__ import annotations

import contextlib
import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import hcl2

from emulator.cloud import Cloud, CloudOptions
from emulator.example_data import fill
from emulator.example_functions import configure
from emulator.functions_app import FunctionsApp, gateway_document, image_environment
from emulator.services.control_plane.service import ControlPlaneService
from emulator.services.functions.service import FunctionsService
from emulator.services.identity.service import DEFAULT_COMPARTMENT, DEFAULT_TENANCY
from emulator.services.telemetry_ingestion.service import TelemetryIngestionService
from shared.settings import describe_settings
from tools import local_cluster, suite
from tools.checks import policies
from tools.render.terraform import variable_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from emulator.base.service_protocol import Service
    from emulator.fn_server.host import FunctionHost

_PLAIN = CloudOptions()
VALUES = suite.ROOT / "deploy" / "local.tfvars"
BILLING_DAYS = 1
RBAC = suite.ROOT / "deploy" / "kubernetes" / "rbac.yaml"


@dataclass(frozen=True)
class LocalStack:
    """A cloud with everything deployed: an administrator's configuration file, and each function's OCID."""

    cloud: Cloud
    host: FunctionHost
    plane: ControlPlaneService
    ingestion: TelemetryIngestionService
    config_file: Path
    functions: Mapping[str, str]

    @property
    def functions_env(self) -> str:
        """Return the contents of deploy/kubernetes/cronjobs/functions.env, as the stack's output of that name."""
        return "\n".join(f"{name}={ocid}" for name, ocid in self.functions.items())


@contextlib.contextmanager
def local_stack(root: Path, options: CloudOptions = _PLAIN) -> Iterator[LocalStack]:
    """Run a local cloud in a folder with every function of the tree deployed; everything ends with the context."""
    functions = FunctionsApp(lambda _: image_environment())
    service, plane = FunctionsService(lambda: functions.host), ControlPlaneService()
    ingestion = TelemetryIngestionService()
    services: list[Service] = [service, plane, ingestion]
    with Cloud(root, services=services, functions=functions, options=options) as cloud:
        config_file, ocids = _deploy(cloud, functions.host, service, plane)
        yield LocalStack(cloud, functions.host, plane, ingestion, config_file, ocids)


def tfvars(path: Path, placeholders: Mapping[str, str]) -> dict[str, Any]:
    """Return the variables of a tfvars file, `@name@` filled in. Raises KeyError for an unknown placeholder."""
    text = path.read_text(encoding="utf-8")
    for name, value in placeholders.items():
        text = text.replace(f"@{name}@", value)
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    left = [line for line in lines if "@" in line]
    if left:
        raise KeyError(left[0])
    document = hcl2.loads("\n".join(lines) + "\n")
    return {name: _plain(value) for name, value in document.items() if not name.startswith("__")}


def function_config(values: Mapping[str, Any], entry: suite.FunctionEntry) -> dict[str, str]:
    """Return a function's config out of variables, as deploy/terraform/functions_config.tf makes it."""
    rows = describe_settings(importlib.import_module(f"functions.{entry.folder}.settings").Settings)
    pairs = {row.name: values.get(variable_name(entry, row.name)) for row in rows}
    return {key: _text(value) for key, value in pairs.items() if value is not None}


def _deploy(
    cloud: Cloud, host: FunctionHost, service: FunctionsService, plane: ControlPlaneService
) -> tuple[Path, dict[str, str]]:
    """Deploy every function of the tree; return an administrator's configuration file and the functions' OCIDs."""
    example = fill(cloud)
    pool = local_cluster.make_cluster(cloud, example.user.config_file)
    configure(cloud, host, example, billing_days=BILLING_DAYS, pool=pool)  # pods without room, reports, a card
    made = suite.read()
    values = tfvars(VALUES, _placeholders(cloud, host, made.version))
    ocids = {entry.name: f"ocid1.fnfunc.oc1..{entry.name}" for entry in made.present() if entry.name in host.functions}
    for entry in made.present():
        if entry.name in ocids:
            environment = _environment(cloud, ocids[entry.name])
            host.configure(entry.name, {**environment, **function_config(values, entry)})
            service.images[entry.name] = f"{values['image_prefix']}/{entry.name}:{values['image_tag']}"
            plane.images.add(f"functions/{entry.name}:{values['image_tag']}")
    _govern(plane, ocids)
    plane.gateways[made.app] = cloud.gateway
    plane.specification = gateway_document(cloud.endpoint)
    cloud.cluster.enforce_rbac(RBAC, {"FUNCTION_OCID": ocids.get("oke-autoscaler", "none")})
    return example.user.config_file, ocids


def _environment(cloud: Cloud, ocid: str) -> dict[str, str]:
    """Return what OCI puts into a function's container, and the certificates to trust here."""
    trusted = {"SSL_CERT_FILE": str(cloud.ca_file), "REQUESTS_CA_BUNDLE": str(cloud.ca_file)}
    return {**cloud.identity.mint_resource_principal(resource=ocid), **trusted}


def _govern(plane: ControlPlaneService, ocids: Mapping[str, str]) -> None:
    """Make dynamic groups and policies as deploy/terraform does; the statement on metrics is one a function."""
    statements = policies.statements()
    for name, ocid in ocids.items():
        plane.groups[f"oci-functions-{name}"] = f"ALL {{resource.type = 'fnfunc', resource.id = '{ocid}'}}"
    plane.policies.update({purpose: [text] for purpose, text in statements.items()})
    metrics = [text for text in statements.values() if "metrics.namespace = 'functions_suite'" in text]
    plane.policies["metrics"] = [text.replace("request-context", name) for name in ocids for text in metrics]


def _placeholders(cloud: Cloud, host: FunctionHost, version: str) -> dict[str, str]:
    autoscaler = host.config["oke-autoscaler"]
    return {
        "endpoint": cloud.endpoint,
        "tenancy": DEFAULT_TENANCY,
        "compartment": DEFAULT_COMPARTMENT,
        "namespace": host.config["codecard-avatar"]["oss_bucket"].split("/n/")[1].split("/")[0],
        "cluster": autoscaler.get("cluster_id", ""),
        "node_pool": autoscaler.get("node_pool_id", ""),
        "folder": str(cloud.root),
        "version": version,
    }


def _plain(value: Any) -> Any:  # noqa: ANN401  (what python-hcl2 makes of a literal)
    return value.strip('"') if isinstance(value, str) else value


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
