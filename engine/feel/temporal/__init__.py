"""Dates, times and durations: reading, writing, parts and sums."""
