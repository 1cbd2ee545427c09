"""Tests of the collector's store."""
