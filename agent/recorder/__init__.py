"""The recorder or gateway reports on itself: disks, recordings, clock, restarts, its own load."""
