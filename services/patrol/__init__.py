"""Patrols: recorded tracks, planned routes, plans; what they cover is `services.themes.patrol`."""
