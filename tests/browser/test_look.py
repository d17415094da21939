"""A business chooses its look, and its customers can read every page in it (WL-1)."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from app.businesses.queries import own_business
from app.links import leave_link, stop_link
from tests.browser.axe import axe_faults
from tests.browser.conftest import PageFor
from tests.factories import add_customer
from tests.people import Town

ON_A_BUTTON = "getComputedStyle(document.querySelector('.button.is-primary')).backgroundColor"


def test_a_colour_is_written_or_chosen_and_seen_at_once(page_for: PageFor, town: Town) -> None:
    page = page_for(town.anna)
    page.goto("/settings")
    text, choice = (
        page.get_by_label("Colour", exact=False).and_(page.locator("#colour")),
        page.locator(".colour-choice"),
    )
    preview = page.get_by_alt_text("A page in your colour, light and dark")
    text.fill("C8102E")
    expect(choice).to_have_value("#c8102e")
    expect(preview).to_have_attribute("src", re.compile("/colours/c8102e.svg$"))
    text.fill("#abc")
    expect(choice).to_have_value("#aabbcc")
    choice.fill("#00704a")
    expect(text).to_have_value("#00704a")
    expect(preview).to_have_attribute("src", re.compile("/colours/00704a.svg$"))
    assert preview.evaluate("(picture) => picture.decode().then(() => picture.naturalWidth)") == 480
    text.fill("nonsense")
    expect(choice).to_have_value("#00704a")
    text.fill("00704a")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The settings were saved.")).to_be_visible()
    expect(page.locator("#colour")).to_have_value("#00704a")
    assert axe_faults(page) == []


@pytest.mark.parametrize("colour", ["#ffc72c", "#000000", "#ffffff", "#c8102e", "#00ff00", "#8a8a8a"])
def test_customers_can_read_their_pages_whatever_the_colour(page_for: PageFor, town: Town, colour: str) -> None:
    """WL-1: axe finds nothing, light or dark."""
    with town.kavalier.work():
        own_business().colour, own_business().address = colour, "12 Khreshchatyk St, Kyiv"
        customer = add_customer("Olena", phone="+380671112233")
        pages = [urlsplit(each).path for each in (stop_link(customer), leave_link(customer, town.kavalier.program))]
    page = page_for(None, width=390)
    for path in pages:
        page.goto(path)
        assert axe_faults(page) == [], (path, colour)


def test_a_button_wears_the_colour_in_both_themes(page_for: PageFor, town: Town) -> None:
    with town.kavalier.work():
        own_business().colour = "#c8102e"
        path = urlsplit(stop_link(add_customer("Olena", phone="+380671112233"))).path
    page = page_for(None, width=390)
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        page.goto(path)
        assert page.evaluate(ON_A_BUTTON) == "rgb(200, 16, 46)"
