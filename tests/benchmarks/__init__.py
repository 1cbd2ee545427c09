"""The figures and what they stand on."""
