"""The fault test of the sync at full size: 20 devices, ten kills of the server and ten of PostgreSQL.

    python bench/kill.py

Runs tests/sync/test_faults.py with larger numbers, which takes minutes: through a proxy that cuts three
connections in ten after the commit, while `patok serve` and the postmaster get SIGKILL. It ends by an
assertion if anything was lost, doubled or answered otherwise when sent again. Only processes that it started
are killed, and it stops by itself.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]


def main() -> None:
    """Run it once and say how long it took."""
    sys.path.insert(0, str(ROOT))
    from boundaries.store.cluster import Cluster
    from tests.sync import test_faults as faults

    faults.N_DEVICES, faults.ITEMS_EACH = 20, 60
    faults.KILLED_SERVERS = faults.KILLED_DATABASES = 10
    faults.ENDS_AFTER_S = 600
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="patok-kill-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        cluster = Cluster(folder / "cluster")
        cluster.start()
        try:
            faults.test_nothing_is_lost_or_doubled(cluster, folder)
        finally:
            cluster.stop()
    n = faults.N_DEVICES * faults.ITEMS_EACH
    print(f"{n} items of {faults.N_DEVICES} devices: none lost or doubled, answers equal when sent again;")
    print(f"{faults.KILLED_SERVERS} kills of the server, {faults.KILLED_DATABASES} of PostgreSQL,")
    print(f"{time.perf_counter() - begun:.0f} s")


if __name__ == "__main__":
    main()
