"""One file a step of the store's schema, in order."""
