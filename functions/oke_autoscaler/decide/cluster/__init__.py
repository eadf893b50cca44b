"""What the snapshot says: pools, node templates, pod groups, volumes, utilization; may import model."""
