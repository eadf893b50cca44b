"""The scheduler: what fits where, preemption."""
