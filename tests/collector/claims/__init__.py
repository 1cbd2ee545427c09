"""Tests of the collector's claims."""
