"""Imports of units, network, households, residents and facilities: see `runner.run`."""
