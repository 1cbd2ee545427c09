"""Statistics of the fleet in the standard library; pure."""
