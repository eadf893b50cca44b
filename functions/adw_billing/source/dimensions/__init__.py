"""Reads what the reports say by OCID only, from OCI's APIs and the public price list; imported once a day."""
