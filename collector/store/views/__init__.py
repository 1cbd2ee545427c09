"""Read queries for the pages and the API; every one takes the reader's scope."""
