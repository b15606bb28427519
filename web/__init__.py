"""Doors of the system: pages, fragments, API and command line over the same service calls."""
