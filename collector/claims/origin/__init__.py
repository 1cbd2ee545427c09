"""Where a fault came from: signals with weights, and which class they suggest. Pure."""
