"""Experiments: the agent changes something on a camera for a moment, and puts it back."""
