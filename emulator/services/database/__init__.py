"""Autonomous Database: wallets and database tokens."""
