"""The name on a badge, a card's fields and id, the bucket's URL, without any I/O; may import errors and shared."""
