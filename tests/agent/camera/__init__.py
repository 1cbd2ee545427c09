"""Tests of the edge to devices."""
