"""The diagnostic agent: probes cameras, judges at the edge, keeps what it found until it is received."""
