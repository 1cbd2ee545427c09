"""Ways out of the collector."""
