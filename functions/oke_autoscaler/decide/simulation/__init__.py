"""The scheduler's rules over simulated nodes; may import cluster and model, never scale_up or scale_down."""
