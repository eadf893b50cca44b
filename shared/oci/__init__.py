"""OCI SDK clients, signatures and Object Storage within the call's deadline; may import shared only."""
