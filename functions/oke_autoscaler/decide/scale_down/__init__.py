"""Which nodes may go: drain rules, budgets, rescheduling; may import simulation, cluster and model."""
