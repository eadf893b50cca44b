"""The exchange of a pod's token for an identity."""
