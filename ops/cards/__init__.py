"""`oci-functions badge cards`: the registry of codecard-avatar, edited from a machine of its keeper's."""
