"""On a made-up country the planted faults are found, and little else is called one."""

from __future__ import annotations

from pathlib import Path

import campaign
import country
import generate
import labelled
import pytest
import scores

from geo.checks.registry import CHECKS
from geo.levels import Level
from geo.rollups.registry import ROLL_UPS
from patok.notebook import read_frame

UNDECIDABLE = {
    "SPATIAL_OUTLIER": "a point that was moved a little within its area is as likely as any other",
    "ENUMERATOR_FLAG_RATE": "it compares with others, of whom a small campaign has few",
    "NEAR_DUPLICATE": "houses do stand that near each other",
    "TOO_REGULAR": "few groups are planted in a small campaign",
    "BOUNDARY_SUSPECT": "few edges are planted in a small campaign",
}


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> campaign.Ground:
    path = tmp_path_factory.mktemp("frame") / "areas.parquet"
    generate.write_areas(path, country.Plan.of(400, 400))
    return campaign.Ground.of(read_frame(path, "subsls"), Level.SUBSLS)


@pytest.fixture(scope="module")
def outcome(ground: campaign.Ground) -> labelled.Outcome:
    return labelled.run(ground, 7)


ALL = (*scores.RECORD_SCORES, *scores.GROUP_SCORES)


@pytest.mark.parametrize("score", ALL, ids=lambda score: "-".join(score.codes))
def test_clear_faults_are_found(
    outcome: labelled.Outcome, score: scores.RecordScore | scores.GroupScore
) -> None:
    tally = labelled.Tally()
    if isinstance(score, scores.RecordScore):
        labelled.score_records(outcome, score, tally)
    else:
        labelled.score_groups(outcome, score, tally)
    assert tally.sizes, "nothing was planted"
    if score.codes[0] in UNDECIDABLE:
        return
    low = -1e9 if score.clear_from is None else score.clear_from
    high = 1e9 if score.clear_to is None else score.clear_to
    clear = [
        found
        for size, found in zip(tally.sizes, tally.was_found, strict=True)
        if size != size or low <= size < high
    ]
    assert sum(clear) >= 0.9 * len(clear) > 0
    if "MEMBERSHIP_UNCERTAIN" not in score.codes and score.codes != ("PRESUMED_SLIPPED_DIGIT",):
        assert tally.right >= 0.9 * tally.findings


def test_probabilities_are_the_shares_they_say(ground: campaign.Ground) -> None:
    bins = labelled.new_bins()
    for seed in range(4):
        labelled.calibrate(ground, seed, bins, even=True)
    for n, said, inside in bins.values():
        # Four standard errors of a share.
        assert abs(inside / n - said / n) < 4 * (0.25 / n) ** 0.5


def test_the_page_tells_of_every_check_and_roll_up() -> None:
    page = (Path(__file__).parents[2] / "docs" / "accuracy.md").read_text("utf-8")
    assert not [one.code for one in (*CHECKS, *ROLL_UPS) if f"`{one.code}`" not in page]


def test_a_row_of_the_page() -> None:
    tally = labelled.Tally([1.0, 3.0, 6.0], [False, True, True], findings=4, right=3)
    score = scores.RecordScore(("CODE",), unit="m", bins=(2, 5), clear="3 m and more", clear_from=3)
    assert labelled.row_of(score, tally) == (
        "| `CODE` | 0.750 (4) | 1.000 (2) | 3 m and more | m: < 2: 0.00 (1), 2–5: 1.00 (1), ≥ 5: 1.00 (1) |"
    )
