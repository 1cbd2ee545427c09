"""Camera-months: lives of solar 4G cameras through the agent's own rules and the real decision."""
