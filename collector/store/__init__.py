"""All SQL of the collector; the caller owns the transaction."""
