"""What every service stands on; imports no other room.

The service protocol and OCI's errors, faults, hooks, the request log, keys and TLS files.
"""
