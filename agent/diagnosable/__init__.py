"""What can be diagnosed where: by fault, by where the agent stands, of one configured device."""
