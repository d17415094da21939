"""What axe finds on a page, in both themes."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
OF_COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
"""The themes differ in colours alone, so the dark one is asked about those."""
SETTLED = "() => document.readyState === 'complete' && !document.querySelector('.htmx-request')"


def axe_faults(page: Page) -> list[tuple[Any, ...]]:
    """What is wrong with the page that is shown, once all that it asks for has come."""
    page.wait_for_function(SETTLED)
    found = []
    for theme, rules in (("light", RULES), ("dark", OF_COLOURS)):
        page.emulate_media(color_scheme=theme)
        for each in Axe().run(page, options=rules).response["violations"]:
            found.append((theme, each["id"], each["nodes"][0]["html"][:200]))
    return found
