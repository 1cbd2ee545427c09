"""Ways out of the collector: thin edges, each of one technology."""
