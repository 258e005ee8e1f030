"""Loading and checking geotags in a campaign: files in, results in PostGIS, safe to run again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from boundaries.store.principals import as_checker
from boundaries.store.reading import Connection, Engine
from geo.checks.protocol import Scope
from geo.engine import Checked, check_geotags
from geo.frame import Frame
from geo.geotags import Geotags
from geotags.store.campaigns import Campaign, lock_campaign
from geotags.store.current import current_geotags
from geotags.store.due import judge_again, judge_waiting
from geotags.store.groups import judge_touched, wait
from geotags.store.intake import Stored, store_geotags
from geotags.store.judged import ALONE, write_said
from geotags.store.partitions import ensure_partitions, provinces_of
from geotags.store.rejudging import judged_release, pass_on_release, set_judged
from geotags.store.results import Result, results_of, write_results

# A batch is one transaction: what Ctrl-C can undo, and how much memory the rows of it take.
ROWS_PER_BATCH = 20_000
GROUPS_AT_ONCE = 3000

Progress = Callable[[int], None]
"""Called with the number of geotags done since the last call."""


def _no_progress(done: int) -> None:
    """For callers that show none."""


@dataclass
class LoadReport:
    """How many geotags were new, already there, there with another body, or of a household that was erased.

    ``changed_rows`` are row numbers of the file's geotags, from 0: they were not stored, because the
    ledger holds another body under the same item and revision.
    """

    new: int = 0
    repeated: int = 0
    changed: int = 0
    erased: int = 0
    changed_rows: list[int] = field(default_factory=list)


def load_geotags(
    engine: Engine,
    campaign: Campaign,
    frame: Frame,
    release_id: int,
    geotags: Geotags,
    progress: Progress = _no_progress,
    *,
    judges: bool = True,
) -> LoadReport:
    """Store and check geotags in batches, each whole or not at all; run again, it goes on where it ended.

    With ``judges`` False the groups that they came to are left waiting.
    """
    report = LoadReport()
    provinces = provinces_of(frame)
    ensure_partitions(engine, provinces)
    for start in range(0, len(geotags), ROWS_PER_BATCH):
        batch = geotags.take(np.arange(start, min(start + ROWS_PER_BATCH, len(geotags))))
        checked = check_geotags(batch, frame, campaign.level, campaign.ruleset, ALONE)
        with engine.begin() as connection:
            lock_campaign(connection, campaign)
            stored = store_geotags(connection, campaign.campaign_id, batch, frame.scheme, provinces)
            store_results(connection, campaign, release_id, frame, checked, stored)
        report.new += len(stored.new_rows)
        report.repeated += len(stored.repeated_rows)
        changed = sorted(stored.changed_rows + stored.foreign_rows)
        report.changed += len(changed)
        report.erased += len(stored.erased_rows)
        report.changed_rows.extend(start + row for row in changed)
        progress(len(batch))
    if judges:
        judge_all_waiting(engine, campaign, frame, release_id)
    return report


def check_campaign(
    engine: Engine,
    campaign: Campaign,
    frame: Frame,
    release_id: int,
    progress: Progress = _no_progress,
    *,
    judges: bool = True,
) -> int:
    """Check all current geotags of a campaign again, against a release; returns how many.

    A batch at a time, and then the groups: broken off, it is run again. What still stands is not written.
    With ``judges`` False the groups are left waiting.
    """
    done, after = 0, ("", 0)
    while True:
        with engine.begin() as connection:
            lock_campaign(connection, campaign)
            rows = current_geotags(connection, campaign.campaign_id, after, ROWS_PER_BATCH)
            judge_again(connection, campaign, release_id, frame, rows)
            if not rows:
                set_judged(connection, campaign, release_id)
                break
        after = (rows[-1].assigned_area, rows[-1].id)
        done += len(rows)
        progress(len(rows))
    if judges:
        judge_all_waiting(engine, campaign, frame, release_id)
    return done


def store_results(
    connection: Connection,
    campaign: Campaign,
    release_id: int,
    frame: Frame,
    checked: Checked,
    stored: Stored,
    answer: Callable[[int, Result], Mapping[str, Any]] | None = None,
) -> dict[int, Result]:
    """Write what a batch that was stored just now says, of itself and of others; its results by row.

    ``answer`` makes what a device is told from a row and its result; it is kept with the result. Without it
    nobody waits for what groups say, and all of them are judged later.
    """
    with as_checker(connection):
        said = judge_touched(connection, campaign, frame, stored.touched, at_once=answer is not None)
    new_ids = {owner.geotag_id for owner in stored.owners.values()}
    results = results_of(checked, stored.owners, said)
    answers = None if answer is None else [answer(row, result) for row, result in results.items()]
    write_results(connection, campaign.campaign_id, release_id, list(results.values()), answers)
    others = {geotag_id: one for geotag_id, one in said.items() if geotag_id not in new_ids}
    with as_checker(connection):
        # An older revision that came late is told to its device; nobody else looks at it.
        new = [result.said for row, result in results.items() if row not in stored.outdated_rows]
        write_said(connection, campaign, release_id, others, new, stored.touched.left)
        known = judged_release(connection, campaign)
        if known is None:
            set_judged(connection, campaign, release_id)
        elif known > release_id:
            # Published while the batch was judged: what it changed was passed on to those stored before.
            areas = {owner.assigned_area for owner in stored.owners.values()}
            wait(connection, campaign, ((Scope.RECORD, area) for area in areas))
    return results


def pass_on(engine: Engine, campaign: Campaign, release_id: int) -> int | None:
    """Have the geotags judged again that a newer release than they know concerns; the number of areas."""
    with engine.begin() as connection:
        lock_campaign(connection, campaign)
        with as_checker(connection):
            return pass_on_release(connection, campaign, release_id)


def judge_all_waiting(
    engine: Engine,
    campaign: Campaign,
    frame: Frame,
    release_id: int,
    *,
    limit: int = GROUPS_AT_ONCE,
    quiet_s: float = 0.0,
    most_s: float = 0.0,
    rounds: int | None = None,
    progress: Progress = _no_progress,
) -> int:
    """Judge every group that is due, ``limit`` at a time, each time in a transaction; returns how many.

    At most ``rounds`` times; None goes on until none is due. ``quiet_s`` and ``most_s`` as in
    ``geotags.store.groups.judge_waiting``; without them all are due.
    """
    done = 0
    while True:
        with engine.begin() as connection:
            lock_campaign(connection, campaign)
            with as_checker(connection):
                n = judge_waiting(
                    connection, campaign, release_id, frame, limit=limit, quiet_s=quiet_s, most_s=most_s
                )
        done += n
        progress(n)
        rounds = None if rounds is None else rounds - 1
        if not n or rounds == 0:
            return done
