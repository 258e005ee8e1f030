"""Area frames: formats, quality checks, releases, and their tables in PostGIS."""
