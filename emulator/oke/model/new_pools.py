"""What CreateNodePool refuses, and what it fills in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.base.service_protocol import OciError
from emulator.oke.model.network import DOMAINS
from emulator.oke.model.offers import VERSIONS, sources
from emulator.oke.model.shape_catalogue import SHAPES

if TYPE_CHECKING:
    from emulator.kubernetes.object_fields import Object
    from emulator.oke.model.network import Network

REQUIRED = ("compartmentId", "clusterId", "name", "nodeShape")
FLANNEL: Object = {"cniType": "FLANNEL_OVERLAY"}


def whole_details(details: Object, network: Network) -> Object:
    """Return the details of a NodePool for those of its CreateNodePool. Raises OciError 400 or 404."""
    for name in REQUIRED:
        if not details.get(name):
            raise _wrong(f"{name} must be provided.")
    shape = SHAPES.get(details["nodeShape"])
    if shape is None:
        raise _wrong(f"Invalid nodeShape: {details['nodeShape']}")
    if shape.is_flexible and not details.get("nodeShapeConfig"):
        raise _wrong(f"Node shape config must be provided for the flexible shape {shape.name}.")
    image = (details.get("nodeSourceDetails") or {}).get("imageId")
    if image not in {each["imageId"] for each in sources()}:
        raise _wrong(f"Invalid nodeSourceDetails.imageId: {image}")
    version = details.get("kubernetesVersion") or VERSIONS[-1]
    if version not in VERSIONS:
        raise _wrong(f"Invalid kubernetesVersion: {version}")
    config = dict(details.get("nodeConfigDetails") or {})
    _check_placements(config, network)
    config.setdefault("nodePoolPodNetworkOptionDetails", FLANNEL)
    names = {each["imageId"]: each["sourceName"] for each in sources()}
    return {
        "freeformTags": {},
        "definedTags": {},
        "initialNodeLabels": [],
        "nodeMetadata": {},
        **details,
        "kubernetesVersion": version,
        "nodeConfigDetails": config,
        "nodeImageId": image,
        "nodeImageName": names[image],
    }


def _check_placements(config: Object, network: Network) -> None:
    size = config.get("size")
    if type(size) is not int or size < 0:
        raise _wrong(f"nodeConfigDetails.size: {size!r} is no size of a node pool.")
    if not config.get("placementConfigs"):
        raise _wrong("nodeConfigDetails.placementConfigs must not be empty.")
    for placement in config["placementConfigs"]:
        subnet = network.subnet(str(placement.get("subnetId")))
        domain = placement.get("availabilityDomain")
        if domain not in DOMAINS or subnet.domain not in {None, domain}:
            raise _wrong(f"Invalid placementConfigs: {domain} has no subnet {subnet.id}.")


def _wrong(text: str) -> OciError:
    return OciError(400, "InvalidParameter", text)
