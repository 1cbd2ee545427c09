"""From the broker into the store: subscribe, check, store, receipt."""
