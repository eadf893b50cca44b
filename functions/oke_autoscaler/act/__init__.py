"""What carries a decision out: observing, adding, draining, resuming; may import decide, clients and model."""
