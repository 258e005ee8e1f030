"""Colours of verdicts and severities in maps, reports, tiles, QGIS; the page's style sheet has them too."""

from __future__ import annotations

SEVERITY_COLOURS = {"error": "#c8371b", "review": "#f2a516", "info": "#33505f"}
VERDICT_COLOURS = {
    "accepted": "#86b5a7",
    "not_assessed": "#c3c6c6",
    "review": SEVERITY_COLOURS["review"],
    "rejected": SEVERITY_COLOURS["error"],
}
SHARE_COLOURS = ("#fcfbf7", "#dfebec", "#b5d3d9", "#7fb2c0", "#4787a0", "#1d5878")
"""Of areas by their share of flagged geotags: none, and up to each of ``SHARE_LIMITS``, and above."""
SHARE_LIMITS = (0.02, 0.05, 0.1, 0.2)
NO_GEOTAGS_COLOUR = "#f1f1ee"
BAR_COLOUR = "#4787a0"
