"""Tests of the collector's jobs."""
