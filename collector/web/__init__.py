"""The console: pages, JSON API, metrics."""
