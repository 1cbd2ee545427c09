"""How a profile's sources are fetched; one file a transport, imported when a device needs it."""
