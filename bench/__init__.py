"""Benchmarks: what a user does, at sizes users have, beside peers at their best in the same run."""
