"""Maps of the themes. A theme is one module here and one in `services.themes`; see docs/maps.md."""
