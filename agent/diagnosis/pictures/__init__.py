"""Judging pictures: light, baselines and one file of rules a family of faults; all pure."""
