"""Visits: whom the rules say to visit, who is due, in which order to walk, who was left out."""
