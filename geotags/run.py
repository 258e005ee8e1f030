"""Loading and checking geotags in a campaign: files in, results in PostGIS, safe to run again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from boundaries.store.principals import as_checker
from boundaries.store.reading import Connection, Engine
from geo.checks.protocol import Scope
from geo.checks.registry import CHECKS
from geo.engine import Checked, check_geotags
from geo.frame import Frame
from geo.geotags import Geotags
from geotags.store.campaigns import Campaign, lock_campaign
from geotags.store.current import current_geotags, geotags_of_rows, owners_of
from geotags.store.groups import Touched, judge_alone, judge_touched, judge_waiting, wait
from geotags.store.intake import Stored, store_geotags
from geotags.store.judged import said_by, write_said
from geotags.store.partitions import ensure_partitions, provinces_of
from geotags.store.results import Result, delete_findings, replace_results, results_of, write_results

# A batch is one transaction: what Ctrl-C can undo, and how much memory the rows of it take.
ROWS_PER_BATCH = 20_000
GROUPS_AT_ONCE = 3000

# Without a list of photos there is nothing to bring together: those checks say so of each record.
ALONE = tuple(check for check in CHECKS if check.scope in (Scope.RECORD, Scope.PHOTO))

Progress = Callable[[int], None]
"""Called with the number of geotags done since the last call."""


def _no_progress(done: int) -> None:
    """For callers that show none."""


@dataclass
class LoadReport:
    """How many geotags were new, already there, or there with another body.

    ``changed_rows`` are row numbers of the file's geotags, from 0: they were not stored, because the
    ledger holds another body under the same item and revision.
    """

    new: int = 0
    repeated: int = 0
    changed: int = 0
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
) -> int:
    """Check all current geotags of a campaign again, against a release; returns how many.

    One transaction: readers see the old results until all are new.
    """
    done = 0
    with engine.begin() as connection:
        lock_campaign(connection, campaign)
        delete_findings(connection, campaign.campaign_id, [check.code for check in ALONE])
        for rows in current_geotags(connection, campaign.campaign_id, ROWS_PER_BATCH):
            geotags = geotags_of_rows(rows)
            checked = check_geotags(geotags, frame, campaign.level, campaign.ruleset, ALONE)
            owners = owners_of(rows)
            touched = Touched(provinces={owner.province for owner in owners.values()})
            usable = np.array([row.lon_key is not None for row in rows])
            touched.gain(geotags, usable, {row: owner.geotag_id for row, owner in owners.items()})
            results = list(results_of(checked, owners, {}).values())
            replace_results(connection, release_id, results)
            write_said(connection, campaign, release_id, {}, [one.said for one in results])
            alone = said_by(judge_alone(connection, campaign, frame, touched))
            write_said(connection, campaign, release_id, alone)
            wait(connection, campaign, touched.groups)
            done += len(rows)
            progress(len(rows))
        while judge_waiting(connection, campaign, release_id, frame, limit=GROUPS_AT_ONCE):
            pass
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
        new = [result.said for result in results.values()]
        write_said(connection, campaign, release_id, others, new, stored.touched.left_ids)
    return results


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
