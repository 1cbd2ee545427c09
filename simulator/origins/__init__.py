"""A fleet whose faults have known origins: lots, shipments, fitters, roll-outs, surges, cells."""
