"""Lists from the factory: what the importer takes and what it refuses."""
