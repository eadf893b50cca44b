"""OCI's APIs of the cluster: container engine, compute and monitoring. May import the runtime and all below it."""
