"""Brings an Oracle schema to this version: what is missing, and the numbered steps on tables that exist."""
