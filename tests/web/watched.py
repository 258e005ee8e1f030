"""A browser page of which everything is kept that must not happen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import ConsoleMessage, Page, Request

from tests.web.kabupaten import SOUTH, WEST


@dataclass
class Watched:
    """A page of which every request, console error, script error and policy violation is kept."""

    page: Page
    base: str
    requests: list[Request] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def on_request(self, request: Request) -> None:
        self.requests.append(request)
        if not request.url.startswith(f"{self.base}/"):
            self.faults.append(f"a request to another place: {request.url[:200]}")
        if f"{WEST:.1f}" in request.url or f"{SOUTH:.1f}" in request.url:
            self.faults.append(f"a coordinate in an address: {request.url[:200]}")

    def on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.faults.append(f"console: {message.text}")

    def open(self, hash_: str = "") -> Page:
        """Load the page and wait until the map is drawn."""
        self.page.goto(f"{self.base}/{hash_}")
        self.page.wait_for_selector("#map:not([aria-busy])")
        self.settle()
        return self.page

    def settle(self) -> None:
        """Wait until the map stands still with all its tiles, and no list is loading."""
        self.page.wait_for_function(
            "() => patok.map?.loaded() && !patok.map.isMoving() && !document.querySelector('[aria-busy]')"
        )

    def query(self, layers: list[str]) -> list[dict[str, Any]]:
        """What the map has drawn of some layers: properties and pixel of each feature's first place."""
        found: list[dict[str, Any]] = self.page.evaluate(
            """(layers) => patok.map.queryRenderedFeatures({ layers }).map(({ properties, geometry }) => {
                 const first = geometry.type === "Point" ? geometry.coordinates : null;
                 return { ...properties, pixel: first && patok.map.project(first) };
               })""",
            layers,
        )
        return found

    def click_map(self, pixel: dict[str, float]) -> None:
        """Click where the map has ``pixel``."""
        corner = self.page.locator("#map-canvas").bounding_box()
        assert corner is not None
        self.page.mouse.click(corner["x"] + pixel["x"], corner["y"] + pixel["y"])
