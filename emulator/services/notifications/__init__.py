"""OCI Notifications: topics and what is published to them."""
