"""Measurements of the engine and of a served product; see README.md."""
