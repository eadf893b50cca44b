"""Object Storage: buckets, objects, lists, pre-authenticated requests."""
