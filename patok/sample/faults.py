"""Faults of known kind, planted among households that have none.

Each function takes rows of its own. The order of the calls is part of what a seed means.
"""

from __future__ import annotations

import numpy as np

from geo.errors import ValueRefused
from patok.sample.draft import Draft
from patok.sample.misplaced import plant_misplaced

_UNUSABLE = (
    "COORDINATE_MISSING",
    "COORDINATE_INVALID",
    "COORDINATE_OUT_OF_RANGE",
    "ZERO_COORDINATE",
    "COORDINATE_SENTINEL",
)


def plant_faults(draft: Draft) -> None:
    """Plant every kind of fault; see the ``planted`` table of ``make_geotags``."""
    # First those that need a rare place: a corner, a tiny area, neighbours in one area.
    plant_misplaced(draft)
    _plant_copied(draft)
    _plant_few_decimals(draft)
    _plant_unusable(draft)
    _plant_swapped_and_negated(draft)
    _plant_unknown_areas(draft)
    _plant_slipped_digits(draft)
    _expect_coarse(draft)


def _expect_coarse(draft: Draft) -> None:
    """Some phones fixed no better than the app's gate. Without a usable place there is no fix to judge."""
    accuracy = np.round(draft.settled.accuracy_m, 2)
    rows = np.setdiff1d(np.flatnonzero(accuracy > 20.0), draft.rows_expecting(_UNUSABLE))
    severity = ["error" if value > 50.0 else "review" for value in accuracy[rows].tolist()]
    draft.expect(rows, "ACCURACY_POOR", severity, "a coarse fix")


def _plant_unusable(draft: Draft) -> None:
    rng = draft.rng

    def written(kind: str, texts: list[tuple[str | None, str | None]], count: int) -> np.ndarray:
        rows = draft.take(draft.free, draft.count(count), kind)
        chosen = [texts[int(i)] for i in rng.integers(len(texts), size=len(rows))]
        lon, lat = (draft.settled.reported[rows].T).tolist()
        given = [
            (a if a is not None else f"{x:.7f}", b if b is not None else f"{y:.7f}")
            for (a, b), x, y in zip(chosen, lon, lat, strict=True)
        ]
        draft.write(rows, [a for a, _ in given], [b for _, b in given])
        return rows

    rows = written("missing coordinates", [("", ""), ("", None), (None, ""), ("  ", "  ")], 120)
    draft.expect(rows, "COORDINATE_MISSING", "error", "empty or blank")
    rows = draft.take(draft.free, draft.count(60), "decimal commas")
    commas = [
        [f"{v:.2f}".replace(".", ",") for v in column] for column in draft.settled.reported[rows].T.tolist()
    ]
    draft.write(rows, commas[0], commas[1])
    draft.expect(rows, "COORDINATE_INVALID", "error", "a comma before decimals or minutes")
    texts: list[tuple[str | None, str | None]] = [
        ("tidak ada", "tidak ada"), ("GPS mati", "GPS mati"), (None, "-3.4.55"), ("135°37'72\"E", None),
        ("1３5.6200000", None), (None, "U -3.41"), ("?", "?"), ("1e999", None),
    ]  # fmt: skip
    rows = written("invalid coordinates", texts, 60)
    draft.expect(rows, "COORDINATE_INVALID", "error", "not a number")
    rows = written(
        "coordinates out of range",
        [("1356.2104411", None), (None, "-93.4211907"), ("235.6200417", None), (None, "-341.0227715")],
        80,
    )
    draft.expect(rows, "COORDINATE_OUT_OF_RANGE", "error", "beyond 180 or 90 degrees")
    rows = written("zero coordinates", [("0", "0"), ("0.0", "0.0"), ("0.0000000", "0.0000000")], 90)
    draft.expect(rows, "ZERO_COORDINATE", "error", "both zero")
    marks = ("-999999999", "-9999", "999", "-999.0", "9999")
    rows = written("sentinels", [(mark, mark) for mark in marks], 70)
    draft.expect(rows, "COORDINATE_SENTINEL", "error", "a number for none")
    draft.expect(rows, "COORDINATE_OUT_OF_RANGE", "error", "a number for none is beyond 180 degrees as well")


def _plant_swapped_and_negated(draft: Draft) -> None:
    """Take points well inside their area, so that the flipped point is in it beyond doubt."""
    candidates = draft.free[: 20 * draft.count(300)]
    depth = draft.ground.distance_m(draft.settled.area[candidates], draft.settled.reported[candidates])
    deep = candidates[depth > 3 * draft.sigma_m(candidates)]

    def flipped(kind: str, count: int, lon_sign: int, lat_sign: int) -> np.ndarray:
        rows = draft.take(deep[np.isin(deep, draft.free)], draft.count(count), kind)
        lon, lat = (draft.settled.reported[rows] * [lon_sign, lat_sign]).T.tolist()
        draft.write(rows, [f"{v:.7f}" for v in lon], [f"{v:.7f}" for v in lat])
        return rows

    rows = draft.take(deep, draft.count(90), "swapped coordinates")
    lon, lat = ([f"{v:.7f}" for v in column] for column in draft.settled.reported[rows].T.tolist())
    draft.write(rows, lat, lon)
    draft.expect(rows, "PRESUMED_SWAPPED_COORDINATE", "error", "latitude first", needs_judgement=True)
    draft.expect(rows, "COORDINATE_OUT_OF_RANGE", "error", "a longitude of Indonesia is no latitude")
    for code, severity, count, lon_sign, lat_sign in (
        ("PRESUMED_NEGATED_LATITUDE", "review", 80, 1, -1),
        ("PRESUMED_NEGATED_LONGITUDE", "error", 40, -1, 1),
    ):
        rows = flipped(code, count, lon_sign, lat_sign)
        draft.expect(rows, code, severity, "sign lost or gained", needs_judgement=True)
        draft.expect(rows, "IN_NO_AREA", "review", "the point with the wrong sign lies far off")


def _plant_slipped_digits(draft: Draft) -> None:
    """A wrong digit for the degrees of longitude, of points well inside their area."""
    candidates = draft.free[: 20 * draft.count(60)]
    depth = draft.ground.distance_m(draft.settled.area[candidates], draft.settled.reported[candidates])
    deep = candidates[depth > 3 * draft.sigma_m(candidates)]
    rows = draft.take(deep, draft.count(60), "slipped digits")
    lon, lat = draft.settled.reported[rows].T.tolist()
    draft.write(rows, [f"{v + (3 if v % 10 < 7 else -3):.7f}" for v in lon], [f"{v:.7f}" for v in lat])
    draft.expect(rows, "PRESUMED_SLIPPED_DIGIT", "info", "a wrong digit", needs_judgement=True)
    draft.expect(rows, "IN_NO_AREA", "review", "the point with the wrong digit lies far off")


def _plant_few_decimals(draft: Draft) -> None:
    used: set[tuple[float, float]] = set()
    for decimals, severity, count in ((4, "review", 100), (3, "error", 60)):
        candidates = draft.free[: 60 * draft.count(count)]
        cut = np.round(draft.settled.reported[candidates], decimals)
        area = draft.settled.area[candidates]
        clear = draft.ground.contain(area, cut)
        clear &= draft.ground.distance_m(area, cut) > 2 * draft.sigma_m(candidates)
        chosen = []
        for row, place in zip(candidates[clear].tolist(), map(tuple, cut[clear].tolist()), strict=True):
            if place not in used:
                used.add(place)
                chosen.append(row)
        rows = draft.take(np.array(chosen, np.int64), draft.count(count), "few decimals")
        exact = np.round(draft.settled.reported[rows], decimals)
        # In a third of them the longitude alone is short: the fewer decimals of both count.
        whole = np.arange(len(rows)) % 3 == 0
        lat = np.where(whole, draft.settled.reported[rows, 1], exact[:, 1])
        still = draft.ground.contain(draft.settled.area[rows], np.column_stack([exact[:, 0], lat]))
        whole &= still
        lat_texts = [
            f"{full:.7f}" if keep else f"{short:.{decimals}f}"
            for keep, full, short in zip(whole, draft.settled.reported[rows, 1], exact[:, 1], strict=True)
        ]
        draft.write(rows, [f"{v:.{decimals}f}" for v in exact[:, 0]], lat_texts)
        draft.expect(rows, "COORDINATE_PRECISION_LOW", severity, f"{decimals} decimals")


def _plant_unknown_areas(draft: Draft) -> None:
    known = set(draft.ground.codes.tolist())
    kabupaten = str(draft.ground.codes[0])[:4]
    rows = draft.take(draft.free, draft.count(80), "unknown codes")
    for row in rows:
        code = slip = str(draft.assigned_code[row])
        while slip in known:
            at = int(draft.rng.integers(4, 16))
            slip = code[:at] + str(int(draft.rng.integers(10))) + code[at + 1 :]
        draft.assigned_code[row] = slip
    draft.expect(rows, "AREA_UNKNOWN", "review", "one digit typed wrong")
    rows = draft.take(draft.free, draft.count(40), "damaged codes")
    for row in rows:
        draft.assigned_code[row] = f"{float(draft.assigned_code[row]):.5E}"
    draft.expect(rows, "AREA_UNKNOWN", "review", "a spreadsheet wrote the code as 9.46901E+15")
    free_codes = draft.assigned_code[draft.free]
    zeroed = [code[:15] + "0" not in known for code in free_codes]
    rows = draft.take(draft.free[np.array(zeroed)], draft.count(30), "zeroed codes")
    for row in rows:
        draft.assigned_code[row] = draft.assigned_code[row][:15] + "0"
    draft.expect(rows, "AREA_UNKNOWN", "review", "a spreadsheet made the sixteenth digit zero")
    rows = draft.take(draft.free, draft.count(40), "codes of another kabupaten")
    for row in rows:
        draft.assigned_code[row] = f"{int(kabupaten) - 1}{draft.assigned_code[row][4:]}"
    draft.expect(rows, "AREA_UNKNOWN", "review", "a kabupaten that the frame does not have")


def _plant_copied(draft: Draft) -> None:
    """Households of different buildings at one coordinate: pairs, and stacks of three to twelve."""
    sizes = [2] * draft.count(60)
    stacks = draft.count(16)
    sizes += (3 + np.arange(stacks) % 10).tolist()
    by_area: dict[int, list[int]] = {}
    for row in draft.free.tolist():
        by_area.setdefault(int(draft.settled.area[row]), []).append(row)
    areas = [area for area, members in by_area.items() if len(members) >= 15]
    if not areas:
        raise ValueRefused(
            where="make_geotags", value=len(draft.place), wanted="more households: copied coordinates"
        )
    for nth, size in enumerate(sizes):
        # One stack after another per area: the rows of one are never those of another.
        members = by_area[areas[nth % len(areas)]]
        chosen = np.array([members.pop() for _ in range(min(size, len(members)))], np.int64)
        rows = draft.take(chosen, size, "copied coordinates")
        draft.move(rows, np.repeat(draft.settled.reported[rows[:1]], size, axis=0))
        draft.place[rows] = rows[0]
        note = "two buildings at one coordinate" if size == 2 else f"{size} buildings at one coordinate"
        draft.expect(rows, "DUPLICATE_COORDINATE", "review" if size == 2 else "error", note)
    draft.may_be_nudged &= np.bincount(draft.place, minlength=len(draft.place))[draft.place] == 1
