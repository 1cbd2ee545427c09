"""What one picture shows in figures; numpy, in the decoder child only."""
