"""Simulated cameras and recorders on loopback ports, with faults on command."""
