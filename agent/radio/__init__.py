"""4G and Wi-Fi by the day: what figures may be, their names in words, how days compare. Pure."""
