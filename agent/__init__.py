"""The diagnostic agent: probes cameras, judges at the edge, keeps findings until received."""
