"""Firmware profiles: TOML files beside this one; see README.md."""
