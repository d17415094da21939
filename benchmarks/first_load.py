"""What a browser with nothing in its cache loads until the panel's first page is whole, and how it is painted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import CDPSession, Page, sync_playwright

from app.identity import COOKIE
from app.local.paths import chromium

_OBSERVE = """
window.shifted = 0;
new PerformanceObserver(list => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
}).observe({type: "layout-shift", buffered: true});
"""
_MEASURE = """
() => JSON.stringify({
    shifted: window.shifted,
    blocking: performance.getEntriesByType("resource").filter(each => each.renderBlockingStatus === "blocking").length,
    painted: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0,
})
"""


@dataclass(frozen=True)
class FirstLoad:
    bytes: int
    """Over the wire, with headers, compressed as the browser asks for it."""
    requests: int
    blocking: int
    """Requests that painting waits for: the page, and style sheets and scripts that block."""
    shifted: float
    """The sum of layout shifts; 0 is none."""
    painted: float
    """Milliseconds until the first content."""


def first_load(port: int, token: str) -> FirstLoad | None:
    """The customers page in Chromium; None where there is none."""
    program = chromium()
    if program is None:
        return None
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        address = f"http://127.0.0.1:{port}"
        context.add_cookies([{"name": COOKIE, "value": token, "url": address}])
        page = context.new_page()
        page.add_init_script(_OBSERVE)
        with _sizes(context.new_cdp_session(page)) as sizes:
            page.goto(f"{address}/customers", wait_until="networkidle")
        found = _painting(page)
        browser.close()
    return FirstLoad(sum(sizes), len(sizes), 1 + found["blocking"], found["shifted"], found["painted"])


@contextmanager
def _sizes(protocol: CDPSession) -> Iterator[list[int]]:
    """The bytes of each response within the block."""
    sizes: list[int] = []
    protocol.on("Network.loadingFinished", lambda event: sizes.append(int(event["encodedDataLength"])))
    protocol.send("Network.enable")
    yield sizes


def _painting(page: Page) -> dict[str, float]:
    found: dict[str, float] = json.loads(page.evaluate(_MEASURE))
    return found
