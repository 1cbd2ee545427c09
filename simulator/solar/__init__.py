"""Lives of solar and 4G cameras: months of sun, weather, use and radio in seconds, truth known."""
