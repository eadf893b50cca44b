"""OCI's services, a folder each with `service.py` and its parts.

`emulator.cloud.Cloud` mounts them. They import base and identity, and nothing of the cloud.
"""
