"""What an office hands on to its central system: the GS file of points and the muatan table of sub-SLS."""
