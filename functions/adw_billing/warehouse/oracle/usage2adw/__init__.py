"""Takes over what oracle-samples' usage2adw has loaded: OCI_COST and OCI_USAGE where they stand."""
