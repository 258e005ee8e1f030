"""The HTTP face: routes, problems, tiles and the web page."""
