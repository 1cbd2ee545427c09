"""Which recordings of devices prove which profiles; see index.toml."""
