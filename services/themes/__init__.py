"""Coverage themes: of each a module or package here, in `layers.themes` and in `web.themes`."""
