"""Where a solar camera's charge comes from and goes to, by day; pure."""
