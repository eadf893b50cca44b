"""A local cloud for development and tests: OCI's services, a card backend and a function server on loopback ports."""
