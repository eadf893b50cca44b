"""The objects of a registry in a bucket, read and written with the SDK for whoever keeps it."""

from __future__ import annotations

from typing import Any

from shared.oci.clients import oci_errors


class RegistryBucket:
    """One bucket; ``client`` is the SDK's for object storage. The methods are those of a registry's objects."""

    def __init__(self, client: Any, namespace: str, bucket: str) -> None:  # noqa: ANN401
        self._client = client
        self._where = (namespace, bucket)

    def read(self, name: str) -> tuple[bytes, str] | None:
        """Return an object with its etag, None where there is none. Raises OciServiceError."""
        with oci_errors("object_storage"):
            try:
                answer = self._client.get_object(*self._where, name)
                return bytes(answer.data.content), str(answer.headers.get("etag") or "")
            except Exception as error:
                if getattr(error, "code", "") == "ObjectNotFound":
                    return None
                raise

    def write(self, name: str, body: bytes, etag: str) -> None:
        """Write an object on the condition of its etag. Raises OciServiceError."""
        condition = {"if_match": etag} if etag else {"if_none_match": "*"}
        with oci_errors("object_storage"):
            self._client.put_object(*self._where, name, body, content_type="application/json", **condition)

    def names(self, prefix: str) -> list[str]:
        """Return the names of the objects in a folder. Raises OciServiceError."""
        names: list[str] = []
        start: str | None = ""
        while start is not None:
            with oci_errors("object_storage"):
                page = self._client.list_objects(*self._where, prefix=prefix, delimiter="/", start=start).data
            names += [each.name for each in page.objects]
            start = page.next_start_with
        return names
