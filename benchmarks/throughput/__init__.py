"""One collector against a consumer that does nothing and against the naive row per camera."""
