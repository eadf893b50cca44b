"""The explain command and its snapshot files; may import decide, act, clients and model."""
