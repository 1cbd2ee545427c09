"""Telemetry as history: samples merged, packed by day, rolled up by hour. Pure."""
