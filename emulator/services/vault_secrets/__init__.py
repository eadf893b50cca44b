"""Vault secrets."""
