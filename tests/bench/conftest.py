"""The benchmarks are scripts in a folder of their own, which imports its modules by their bare names."""

from __future__ import annotations

import sys
from pathlib import Path

BENCH = Path(__file__).parents[2] / "bench"

sys.path.insert(0, str(BENCH))
