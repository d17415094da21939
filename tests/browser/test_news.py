"""Writing news as people do it: a picture chosen and seen at once, the preview, a file that is refused (LP-9)."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.lib.images import MOST_BYTES
from tests.browser.conftest import PageFor
from tests.news.writing import add_news
from tests.people import Town
from tests.pictures import saved, two_colours

RED = "canvas => Array.from(canvas.getContext('2d').getImageData(5, 5, 1, 1).data)"


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "menu.jpg"
    path.write_bytes(saved(two_colours(1600, 900), "JPEG"))
    return path


def write(page: Page, title: str = "New menu") -> None:
    page.goto("/news/new")
    page.get_by_role("group", name="Title").get_by_label("English").fill(title)


def test_a_picture_is_seen_while_it_is_chosen_and_afterwards(page_for: PageFor, town: Town, picture: Path) -> None:
    page = page_for(town.anna)
    write(page)
    page.get_by_label("Picture").set_input_files(picture)
    for place in (".picture-now canvas", ".news-card-picture canvas"):
        expect(page.locator(place)).to_be_visible()
        assert page.locator(place).evaluate(RED)[0] > 200
    page.get_by_label("Podil").check()
    page.get_by_label("Published").check()
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".toast")).to_contain_text("“New menu” was added.")
    page.wait_for_function("() => document.querySelector('.news-thumb img').naturalWidth === 400")
    page.get_by_role("link", name="New menu").click()
    page.wait_for_function("() => document.querySelector('.news-card img').naturalWidth === 1200")
    page.get_by_label("Without a picture").check()
    expect(page.locator(".news-card img")).to_be_hidden()
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".news-thumb img")).to_have_count(0)


def test_a_refused_form_still_has_the_picture(page_for: PageFor, town: Town, picture: Path) -> None:
    page = page_for(town.anna)
    write(page)
    page.get_by_label("Picture").set_input_files(picture)
    page.get_by_label("Published").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Choose at least one point of sale first.")).to_be_visible()
    page.get_by_label("Podil").check()
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".news-thumb img")).to_be_visible()


def test_a_file_that_is_too_large_is_not_sent(page_for: PageFor, town: Town, tmp_path: Path, picture: Path) -> None:
    large = tmp_path / "large.jpg"
    large.write_bytes(picture.read_bytes() + bytes(MOST_BYTES))
    page = page_for(town.anna)
    write(page)
    page.get_by_label("Picture").set_input_files(large)
    page.get_by_role("button", name="Save").click()
    expect(page).to_have_url("/news/new")
    said = page.get_by_label("Picture").evaluate("input => input.validationMessage")
    assert said == "A picture has at most 10 MB. Make it smaller or choose another one."
    page.get_by_label("Picture").set_input_files(picture)
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".news-thumb img")).to_be_visible()


def test_a_file_that_is_none_is_refused_in_words(page_for: PageFor, town: Town, tmp_path: Path) -> None:
    page_of_text = tmp_path / "menu.png"
    page_of_text.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    page = page_for(town.anna)
    write(page)
    page.get_by_label("Picture").set_input_files(page_of_text)
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#picture_id-error")).to_contain_text("This file is no JPEG, PNG or WebP picture.")
    expect(page.get_by_role("group", name="Title").get_by_label("English")).to_have_value("New menu")


def test_the_preview_follows_what_is_written(page_for: PageFor, town: Town) -> None:
    """In the language of the field one is in; without a title there, in the first one that has one."""
    page = page_for(town.anna)
    write(page)
    card, title = page.locator(".news-card"), page.get_by_role("group", name="Title")
    expect(card.locator("h3")).to_have_text("New menu")
    title.get_by_label("Українська").fill("Нове меню")
    page.get_by_role("group", name="Text").get_by_label("Українська").fill("Сирники.\n\nДо полудня.")
    page.get_by_label("Date of publication").fill("2026-03-05")
    expect(card.locator("h3")).to_have_text("Нове меню")
    expect(card).to_have_attribute("lang", "uk")
    expect(card.locator(".news-card-day")).to_contain_text("5 березня 2026")
    page.get_by_role("button", name="Русский").click()
    expect(card.locator("h3")).to_have_text("New menu")
    expect(card.locator(".news-card-text")).to_be_hidden()


def test_is_written_without_scripts(page_for: PageFor, town: Town, picture: Path) -> None:
    page = page_for(town.anna, java_script_enabled=False)
    write(page)
    page.get_by_label("Picture").set_input_files(picture)
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".news-thumb img")).to_be_visible()
    expect(page.get_by_role("link", name="New menu")).to_be_visible()


def test_nothing_moves_when_pictures_come(page_for: PageFor, town: Town, picture: Path) -> None:
    with town.kavalier.work():
        add_news("Earlier", town.kavalier.own_place)
    page = page_for(town.anna)
    write(page)
    page.get_by_label("Picture").set_input_files(picture)
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("/news")
    page.add_init_script(
        "window.moved = 0; new PerformanceObserver(list => list.getEntries().forEach("
        "each => window.moved += each.value))"
        ".observe({type: 'layout-shift', buffered: true})"
    )
    for address in ("/news", page.get_by_role("link", name="New menu").get_attribute("href") or ""):
        page.goto(address)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("window.moved") == 0, address
