"""Pure geometry and network mathematics on arrays and geometries; no database, no web."""
