"""Tests of the collector's intake."""
