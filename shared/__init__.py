"""What agent and collector agree on: pure, no I/O, no clock."""
