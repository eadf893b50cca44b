"""The cluster page: pools, nodes, waiting pods and what has changed, for whoever is on call. May import explain."""
