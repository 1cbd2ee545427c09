"""Recordings of real devices for profiles to be tested on: taken, masked, read again."""
