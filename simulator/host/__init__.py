"""Recorders and gateways as their own agent sees them: files of a kernel, disks, recordings."""
