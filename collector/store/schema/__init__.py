"""The collector's tables, one file a group; ``collector.store.tables`` lists them all."""
