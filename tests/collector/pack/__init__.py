"""Claim packs."""
