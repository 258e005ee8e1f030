"""The page in a real headless Chromium, on the real API and a real PostGIS."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.web.conftest import TOKEN
from tests.web.kabupaten import ALL_OUTSIDE, CELLS, STACKED, WITHOUT_GEOTAGS
from tests.web.watched import Watched

pytestmark = pytest.mark.browser

Watch = Callable[..., Watched]
WEB = Path(__file__).parents[2] / "api" / "web"
DESA = ALL_OUTSIDE.code[:10]
DARKEST = (0x1D, 0x58, 0x78)
"""The colour of 20 % flagged and more, as api/web/palette.js has it."""


def colours_at(watched: Watched, places: list[tuple[float, float]]) -> list[list[int]]:
    """Red, green and blue of the map at places (longitude, latitude), read as it is drawn."""
    colours: list[list[int]] = watched.page.evaluate(
        """(places) => new Promise((resolve) => {
             const map = patok.map;
             map.once("render", () => {
               const canvas = map.getCanvas();
               const gl = canvas.getContext("webgl2");
               resolve(places.map((place) => {
                 const { x, y } = map.project(place);
                 const pixel = new Uint8Array(4);
                 const at = [Math.round(x), canvas.height - Math.round(y)];
                 gl.readPixels(...at, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
                 return [...pixel.slice(0, 3)];
               }));
             });
             map.triggerRepaint();
           })""",
        places,
    )
    return colours


def apart(one: list[int], other: tuple[int, ...] | list[int]) -> int:
    return max(abs(a - b) for a, b in zip(one, other, strict=True))


def test_areas_are_coloured_by_their_share(watch: Watch, address: str) -> None:
    watched = watch(address)
    watched.open(f"#area={DESA}")
    inside, other, water = colours_at(
        watched, [ALL_OUTSIDE.at(0.5, 0.15), CELLS[1].at(0.5, 0.15), ALL_OUTSIDE.at(-0.5, 0.2)]
    )
    assert apart(inside, DARKEST) <= 3
    assert apart(other, DARKEST) > 60  # no geotag of this area is flagged
    assert apart(water, DARKEST) > 60 and apart(water, other) > 5
    drawn = {area["area_code"]: area for area in watched.query(["areas-subsls-fill"])}
    assert drawn[ALL_OUTSIDE.code]["flagged_share"] == 1
    assert WITHOUT_GEOTAGS.code not in drawn
    watched.open()
    watched.page.get_by_role("button", name="KEC 2", exact=False).first.click()
    watched.settle()
    hatched = {area["area_code"] for area in watched.query(["areas-subsls-hatch"])}
    assert hatched == {WITHOUT_GEOTAGS.code}


def test_a_row_of_the_list_tells_the_finding_in_words(watch: Watch, address: str) -> None:
    watched = watch(address, locale="en-GB")
    page = watched.open()
    page.get_by_role("tab", name="Findings").click()
    row = page.locator("[data-finding]").filter(has_text="KK-OUT-1")
    said = row.inner_text().replace("\u00a0", " ")
    assert "112 m outside, probability of lying in its area below 1 %" in said
    row.click()
    panel = page.get_by_role("complementary")
    panel.get_by_text("Household KK-OUT-1").wait_for()
    watched.settle()
    said = panel.inner_text().replace("\u00a0", " ")
    assert "112 m outside" in said and "below 1 %" in said
    assert "What to do" in said and ALL_OUTSIDE.name in said
    geotag, edge = page.evaluate(
        "async () => (await patok.map.getSource('focus').getData()).features"
        ".find(({ properties }) => properties.part === 'leader').geometry.coordinates"
    )
    assert geotag == pytest.approx(ALL_OUTSIDE.at(-0.2544, 0.5), abs=2e-5)
    assert edge == pytest.approx(ALL_OUTSIDE.at(0, 0.5), abs=2e-5)
    shown = page.evaluate("location.hash")
    assert re.fullmatch(r"#campaign=regsosek&tab=findings&geotag=\d+&finding=\d+", shown)
    page.keyboard.press("Escape")
    panel.wait_for(state="hidden")
    assert "KK-OUT-1" in page.evaluate("document.activeElement.innerText")


def test_candidates_and_the_area_of_a_finding(watch: Watch, address: str) -> None:
    watched = watch(address)
    page = watched.open("#tab=findings")
    page.locator("[data-finding]").filter(has_text="KK-VILLAGE").click()
    candidates = page.locator(".candidates tbody tr")
    candidates.first.wait_for()
    assert CELLS[9].name in candidates.first.inner_text() and "desa lain" in candidates.first.inner_text()
    page.get_by_role("button", name="Lihat wilayah ini").click()
    page.locator("#breadcrumb").get_by_text(ALL_OUTSIDE.name).wait_for()
    watched.settle()
    assert page.locator("#summary strong").inner_text() == "4 geotag"
    keys = page.locator("[data-finding] .where").all_inner_texts()
    assert keys and all("KK-OUT" in key or "KK-VILLAGE" in key for key in keys)


def test_a_click_on_the_map_tells_the_same(watch: Watch, address: str) -> None:
    watched = watch(address)
    page = watched.open()
    stacked = [p for p in watched.query(["geotags-error"]) if p["assigned_area"] == STACKED.code]
    assert len(stacked) == 3
    watched.click_map(stacked[0]["pixel"])
    panel = page.get_by_role("complementary")
    panel.get_by_text("1 dari 3 di sini").wait_for()
    first = panel.get_by_role("heading", level=2).inner_text()
    assert first.startswith("Keluarga KK-STACK") and "di dalam" in panel.inner_text()
    panel.get_by_role("button", name="Geotag berikutnya").click()
    panel.get_by_text("2 dari 3 di sini").wait_for()
    assert panel.get_by_role("heading", level=2).inner_text() != first
    panel.get_by_role("button", name="Tutup").click()
    watched.settle()

    page.get_by_role("button", name="Tampilkan seluruh wilayah").click()
    watched.settle()
    pixel = page.evaluate("(place) => patok.map.project(place)", list(CELLS[10].at(0.1, 0.9)))
    corner = page.locator("#map-canvas").bounding_box()
    assert corner
    page.mouse.move(corner["x"] + pixel["x"], corner["y"] + pixel["y"])
    tooltip = page.locator("#tooltip")
    tooltip.wait_for()
    assert "DESA 22" in tooltip.inner_text() and "0 dari 12" in tooltip.inner_text()
    watched.click_map(pixel)
    page.locator("#breadcrumb").get_by_text("DESA 22").wait_for()
    assert page.locator("#areas tbody tr").count() == 4


VISIBLE_TEXTS = """() => {
  const seen = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { data, parentElement } = walker.currentNode;
    if (parentElement.checkVisibility() || parentElement.tagName === "OPTION") seen.add(data.trim());
  }
  for (const element of document.querySelectorAll("*")) {
    if (!element.checkVisibility()) continue;
    for (const name of ["aria-label", "aria-description", "title"]) {
      seen.add(element.getAttribute(name) ?? "");
    }
  }
  return [...seen, document.title].filter((text) => /\\p{L}{2}/u.test(text));
}"""
SAME_IN_BOTH = re.compile(
    r"Patok|ID|EN|English|Bahasa Indonesia|regsosek|KEC \d|DESA \d+|RT \d+|PPL\d|Kecamatan|Sub-SLS|Geotag|"
    r"(RT \d+ · )?KK-\S+|\d+ · KK-\S+"
)


def test_the_switch_changes_every_text(watch: Watch, address: str) -> None:
    watched = watch(address)
    page = watched.open("#tab=findings")
    page.locator("[data-finding]").filter(has_text="KK-OUT-0").click()
    page.locator(".stats").wait_for()
    watched.settle()
    indonesian = set(page.evaluate(VISIBLE_TEXTS))
    page.get_by_role("button", name="English").click()
    page.get_by_text("Household KK-OUT-0").wait_for()
    page.get_by_text("Outside every area").or_(page.locator("[data-finding] .title")).first.wait_for()
    watched.settle()
    english = set(page.evaluate(VISIBLE_TEXTS))
    assert len(indonesian) > 40
    assert {text for text in indonesian & english if not SAME_IN_BOTH.fullmatch(text)} == set()
    assert page.evaluate("document.documentElement.lang") == "en"
    page.reload()
    page.get_by_role("tab", name="Findings").wait_for()  # it is remembered
    page.get_by_text("Household KK-OUT-0").wait_for()  # and so is what was looked at


def test_both_languages_have_the_same_texts(watch: Watch, address: str) -> None:
    page = watch(address).open()
    texts = page.evaluate("async () => (await import('/web/text.js')).TEXT")
    assert set(texts) == {"en", "id"}
    assert texts["en"].keys() == texts["id"].keys()
    for key, english in texts["en"].items():
        indonesian = texts["id"][key]
        assert english.strip() and indonesian.strip(), key
        assert set(re.findall(r"\{\w+\}", english)) == set(re.findall(r"\{\w+\}", indonesian)), key
    sources = {path: path.read_text(encoding="utf-8") for path in [*WEB.glob("*.js"), WEB / "index.html"]}
    used = {
        key
        for source in sources.values()
        for key in re.findall(r"""(?:say\(|text: |data-(?:text|label)=)"(\w+)\"""", source)
    }
    assert len(used) > 50 and used <= texts["en"].keys()


def test_no_module_styles_by_attribute_or_names_another_host() -> None:
    for path in [*WEB.glob("*.js"), WEB / "index.html", WEB / "style.css"]:
        source = path.read_text(encoding="utf-8")
        hosts = set(re.findall(r"https?://[\w.]+", source)) - {"http://www.w3.org"}
        assert not hosts, path.name
        assert "innerHTML" not in source and not re.search(r"\sstyle=", source), path.name


def test_by_keyboard_alone(watch: Watch, address: str) -> None:
    watched = watch(address, locale="en-GB")
    page = watched.open()
    focused = "document.activeElement.innerText"
    page.keyboard.press("Tab")
    assert page.evaluate(focused) == "Skip to the list"
    page.keyboard.press("Enter")
    assert page.evaluate(focused) == "Areas"
    for _ in range(3):
        page.keyboard.press("Tab")  # to the headings: name, geotags, flagged
    page.keyboard.press("Tab")
    assert page.evaluate(focused) == "KEC 1"  # the most flagged first
    page.keyboard.press("Enter")
    page.locator("#areas").get_by_text("DESA 11").wait_for()
    page.wait_for_function("() => document.activeElement.innerText === 'DESA 11'")
    page.locator("#tab-areas").focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate(focused) == "Findings"
    page.locator("[data-finding]").first.wait_for()
    page.locator("input[name=severity]:checked").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => location.hash.includes('severity=error')")
    watched.settle()
    assert page.evaluate("document.activeElement.value") == "error"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator(".stats").wait_for()
    assert page.evaluate("document.activeElement.id") == "panel-title"
    page.keyboard.press("Escape")
    page.locator("#panel").wait_for(state="hidden")
    assert page.evaluate("document.activeElement.dataset.finding") is not None
    page.go_back()  # the address remembers the steps
    page.locator(".stats").wait_for()


def test_filters_and_more(watch: Watch, address: str) -> None:
    watched = watch(address, locale="en-GB")
    page = watched.open("#tab=findings")
    page.select_option("#filter-code", "DUPLICATE_COORDINATE")
    page.wait_for_function("() => document.querySelectorAll('[data-finding]').length === 3")
    watched.settle()
    drawn = watched.query(["geotags-error", "geotags-review"])
    assert {point["assigned_area"] for point in drawn} == {STACKED.code}
    page.get_by_text("Info", exact=True).first.click()
    page.locator("#findings-list").get_by_text("No findings match this filter.").wait_for()


def test_on_a_phone(watch: Watch, address: str) -> None:
    watched = watch(address, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = watched.open()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    side, map_ = (page.locator(selector).bounding_box() for selector in ("#side", "#map"))
    assert side and map_ and side["y"] + side["height"] <= map_["y"] + 1
    page.get_by_role("tab", name="Temuan").tap()
    page.locator("[data-finding]").filter(has_text="KK-OUT-2").tap()
    page.locator(".stats").wait_for()
    watched.settle()
    panel = page.locator("#panel").bounding_box()
    assert panel and panel["width"] == 390 and 300 < panel["y"] < 844
    page.wait_for_function("() => document.querySelector('#map').getBoundingClientRect().top < 5")
    marked = page.evaluate(
        "async () => patok.map.project((await patok.map.getSource('focus').getData()).features"
        ".find(({ properties }) => properties.part === 'geotag').geometry.coordinates)"
    )
    assert 0 < marked["x"] < 390 and 0 < marked["y"] < panel["y"]  # not behind the panel


def test_the_key_is_asked_for_and_sent(watch: Watch, address: str) -> None:
    watched = watch(address, signed_in=False, locale="en-GB")
    page = watched.page
    page.goto(address)
    field = page.get_by_label("Access key", exact=True).last
    field.fill("another-key")
    page.get_by_role("button", name="Continue").click()
    page.get_by_text("That key was not accepted.").wait_for()
    field.fill(TOKEN)
    page.get_by_role("button", name="Continue").click()
    page.wait_for_selector("#map:not([aria-busy])")
    watched.settle()
    assert page.locator("#areas tbody tr").count() == 2
    tiles = [request for request in watched.requests if ".mvt" in request.url]
    assert tiles and all(request.headers["authorization"] == f"Bearer {TOKEN}" for request in tiles)
    assert not any(TOKEN in request.url for request in watched.requests) and TOKEN not in page.url
    page.reload()
    page.locator("#areas tbody tr").first.wait_for()  # kept in this tab
    watched.settle()
    assert page.evaluate("localStorage.length") == 0
    forgive_refusals(watched)


def forgive_refusals(watched: Watched) -> None:
    """The browser itself writes refused requests to the console."""
    refused = [fault for fault in watched.faults if "401" in fault]
    assert refused
    watched.faults = [fault for fault in watched.faults if fault not in refused]


def test_the_printed_link_signs_in_once(watch: Watch, link: str) -> None:
    base, code = link.split("/#sign-in=")
    watched = watch(base, signed_in=False, locale="en-GB")
    page = watched.page
    page.goto(link)
    page.wait_for_selector("#map:not([aria-busy])")
    watched.settle()
    assert page.locator("#areas tbody tr").count() == 2
    assert "sign-in" not in page.url and not any(code in request.url for request in watched.requests)
    other_tab = page.context.new_page()
    other_tab.goto(base)
    other_tab.locator("#areas tbody tr").first.wait_for()
    # In another browser the link has been used.
    late = watch(base, signed_in=False, locale="en-GB")
    late.page.goto(link)
    late.page.get_by_label("Access key", exact=True).last.wait_for()
    late.page.get_by_text("This sign-in link was used before").wait_for()
    assert "sign-in" not in late.page.url
    for page in (other_tab, late.page):  # a map's worker that is cut off while it loads would be a fault
        page.wait_for_function(
            "() => performance.getEntriesByType('resource').some((r) => /worker/.test(r.name))"
        )
        page.wait_for_timeout(1000)
    forgive_refusals(late)


def test_a_server_that_does_not_answer(watch: Watch, address: str) -> None:
    watched = watch(address, locale="en-GB")
    page = watched.open("#tab=findings")
    page.context.set_offline(True)
    page.select_option("#filter-code", "DUPLICATE_COORDINATE")
    problem = page.locator("#findings-list").get_by_role("alert")
    problem.get_by_text("The Patok server does not answer.").wait_for()
    page.context.set_offline(False)
    problem.get_by_role("button", name="Try again").click()
    page.wait_for_function("() => document.querySelectorAll('[data-finding]').length === 3")
    assert all("ERR_INTERNET_DISCONNECTED" in fault for fault in watched.faults)
    watched.faults = []


def test_without_a_campaign_the_page_says_what_to_do(watch: Watch, address_of_nothing: str) -> None:
    page = watch(address_of_nothing).page
    page.goto(address_of_nothing)
    page.get_by_text("Belum ada kegiatan.").wait_for()
    page.wait_for_load_state("networkidle")
    assert "patok campaign create" in page.locator("#empty").inner_text()
    assert page.locator("#main").is_hidden()


def test_an_address_from_elsewhere_cannot_break_the_page(watch: Watch, address: str) -> None:
    watched = watch(address)
    page = watched.open("#campaign=nobody&area=<b>&geotag=x&severity=worst&tab=none")
    assert page.locator("#areas tbody tr").count() == 2
    assert page.locator("#panel").is_hidden()
