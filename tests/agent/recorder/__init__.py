"""Tests of the self-report of a recorder or gateway."""
