"""Lives of fixed cameras: days of light, weather and passers-by, then the onset of a fault."""
