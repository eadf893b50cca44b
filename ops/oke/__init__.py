"""The life of an OKE cluster: made, waited for, read, deleted; no click. May import shared and ops.identities."""
