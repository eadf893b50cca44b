"""Controllers and the loop that runs them until nothing changes. May import nodes, scheduling and model."""
