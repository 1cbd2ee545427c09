"""The fault laboratory: what dies, loses power, fills up or lies, by seed."""
