"""Whole chains of real processes."""
