"""What becomes of a fault: pure rules; ``now`` and policy are arguments."""
