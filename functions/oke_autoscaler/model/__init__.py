"""Kubernetes and OCI objects, the snapshot and the decision as values; imports errors only."""
