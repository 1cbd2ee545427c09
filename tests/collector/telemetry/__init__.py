"""Tests of the fleet statistics."""
