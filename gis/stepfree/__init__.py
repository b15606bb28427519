"""Ways without a step: what is known of roads, thresholds and ramps, and who can go where."""
