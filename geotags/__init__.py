"""Geotags: intake, runs, duplicates and results, and their tables in PostGIS."""
