"""Which nodes to add: first fit, packing and the plan; may import simulation, cluster and model."""
