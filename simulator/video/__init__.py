"""The picture side of a simulated camera: scenes, their faults, and encoded loops."""
