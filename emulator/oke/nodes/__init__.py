"""Node pools, the life of their nodes, kubelets and instance metrics. May import scheduling and model."""
