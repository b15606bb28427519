"""Folium layers of the maps: what a page shows, served or as a file, out of what services found."""
