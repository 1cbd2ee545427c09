"""Tests of the simulated picture and its encoding."""
