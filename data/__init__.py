"""Migrations and the generated sample district."""
