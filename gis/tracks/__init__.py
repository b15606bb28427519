"""Recorded tracks: cleaning, matching to the walking network, what of it they covered."""
