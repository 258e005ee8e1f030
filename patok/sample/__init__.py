"""A made-up kabupaten and its households, with planted faults of known kind, for the demo and for tests."""

from patok.sample.households import make_geotags
from patok.sample.kabupaten import make_kabupaten
from patok.sample.writing import write_sample

__all__ = ["make_geotags", "make_kabupaten", "write_sample"]
