"""Compute's ListShapes: what a shape offers that is not in the table of shapes. Asked for such pools only.

The call goes without Compute's part of the SDK: it would bring 20 MB of models into the image, for one read.
`manage instance-family`, which resizing a pool needs anyway, allows it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from functions.oke_autoscaler.model.oci_objects import ShapeSize
from shared.errors import OciServiceError
from shared.oci.clients import oci_errors

if TYPE_CHECKING:
    from collections.abc import Iterable

SERVICE = "core"
ADDRESS = "https://iaas.{region}.{secondLevelDomain}/20160918"
MAX_PAGES = 10


def list_shapes(client: Any, compartment: str) -> dict[str, ShapeSize]:  # noqa: ANN401  (the SDK's base client)
    """Return the shapes of a compartment by name, each asked for once. Raises OciServiceError."""
    found: dict[str, ShapeSize] = {}
    page: dict[str, str] = {}
    for _ in range(MAX_PAGES):
        with oci_errors(SERVICE):
            answer = client.call_api(
                resource_path="/shapes",
                method="GET",
                query_params={"compartmentId": compartment, "limit": 500, **page},
                header_params={"accept": "application/json"},
                response_type="list[Shape]",
            )
        found |= {size.shape: size for size in _converted(answer.data)}
        following = answer.headers.get("opc-next-page")
        if not following:
            break
        page = {"page": str(following)}
    return found


def _converted(data: object) -> Iterable[ShapeSize]:
    try:
        return msgspec.convert(data, list[ShapeSize])
    except msgspec.ValidationError as fault:
        text = f"the list of shapes cannot be read: {str(fault)[:200]}"
        raise OciServiceError(text, code="malformed", service=SERVICE) from None
