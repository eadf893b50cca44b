"""oke-autoscaler: one call is one tick over one or more node pools of an OKE cluster."""
