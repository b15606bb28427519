"""Households: found by where they are, looked at, cared for, kept right."""
