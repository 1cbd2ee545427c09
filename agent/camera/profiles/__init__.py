"""Firmware profiles: TOML data that says how kinds of devices are asked and what they answer."""
