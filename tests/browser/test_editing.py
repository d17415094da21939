"""Changing customers as people do it: from the table and back, lists of lines, suggestions, without scripts too."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

from app.loyalty.models import FieldKind
from tests.browser.conftest import PageFor
from tests.factories import add_customer, add_question
from tests.people import Town


@pytest.fixture
def olena(town: Town) -> int:
    with town.kavalier.work():
        add_customer("Petro", "Savchuk", "+380671112233", tags=[("milk", "oat"), ("milk shake", "cocoa")])
        return add_customer("Olena", "Koval", "+380674120855", cards=["7700"])


def test_edits_from_the_drawer_and_comes_back(page_for: PageFor, town: Town, olena: int) -> None:
    """CT-12: the table as it was, the drawer open, a note that says it is done."""
    page = page_for(town.anna)
    page.goto("/customers?sort=name")
    page.locator(f"tr[data-id='{olena}'] td.k-phone, tr[data-id='{olena}'] th").first.click()
    page.locator("#drawer").get_by_role("link", name="Edit").click()
    page.get_by_label("First name").fill("Lena")
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page).to_have_url(re.compile(rf"/customers\?sort=name&open={olena}$"))
    expect(page.locator("#drawer-title")).to_have_text("Lena Koval")
    expect(page.locator(".toast")).to_contain_text("The customer was saved.")


def test_e_edits_the_row(page_for: PageFor, town: Town, olena: int) -> None:
    """CT-12: by keys alone."""
    page = page_for(town.anna)
    page.goto("/customers?sort=name")
    page.keyboard.press("j")
    page.keyboard.press("e")
    expect(page.get_by_label("First name")).to_have_value("Olena")


def test_a_stale_edit_is_refused_with_both_versions(page_for: PageFor, town: Town, olena: int) -> None:
    """CP-7: by keyboard alone; nothing is overwritten until the person has read what the other one saved."""
    mine, theirs = page_for(town.anna), page_for(town.olha)
    for page in (mine, theirs):
        page.goto(f"/customers/{olena}/edit")
    theirs.get_by_label("First name").fill("Lesia")
    theirs.get_by_label("E-mail", exact=True).first.fill("lesia@example.com")
    theirs.get_by_label("First name").press("Enter")
    expect(theirs.get_by_role("heading", name="Lesia Koval")).to_be_visible()
    mine.get_by_label("First name").focus()
    mine.keyboard.press("ControlOrMeta+a")
    mine.keyboard.type("Lena")
    mine.keyboard.press("Enter")
    rows = mine.get_by_role("region", name="Both versions").locator("tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.filter(has_text="First name").locator("td")).to_have_text(["Lena", "Lesia"])
    expect(rows.filter(has_text="E-mail").locator("td")).to_have_text(["Left as it was", "lesia@example.com"])
    mine.get_by_label("First name").press("Enter")
    expect(mine.get_by_role("heading", name="Lena Koval")).to_be_visible()
    expect(mine.locator(".identity-facts")).to_contain_text("lesia@example.com")


def test_lines_of_cards_come_and_go_at_once(page_for: PageFor, town: Town, olena: int) -> None:
    """CP-7: nothing is sent by it; what is typed stays."""
    page = page_for(town.anna)
    page.goto(f"/customers/{olena}/edit")
    page.get_by_label("First name").fill("Lena")
    page.get_by_role("button", name="Add a card").click()
    page.keyboard.type("22 10")
    page.get_by_role("button", name="Remove this card").first.click()
    expect(page.locator("[name=cards]")).to_have_count(1)
    page.get_by_role("button", name="Remove this card").click()
    expect(page.locator("[name=cards]")).to_have_value("")
    page.keyboard.type("5050")
    page.keyboard.press("Enter")
    expect(page.locator(".identity-facts")).to_contain_text("5050")
    expect(page.get_by_role("heading", name="Lena Koval")).to_be_visible()


def test_without_scripts_the_form_works(page_for: PageFor, town: Town, olena: int) -> None:
    page = page_for(town.anna, java_script_enabled=False)
    page.goto(f"/customers/{olena}")
    page.get_by_role("link", name="Edit customer").click()
    page.get_by_role("button", name="Add a card").click()
    page.locator("[name=cards]").last.fill("5050")
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.locator(".identity-facts")).to_contain_text("5050")
    page.get_by_role("link", name="Tags").click()
    page.locator("#tag-key").fill("milk")
    page.locator("#tag-value").fill("soy")
    page.get_by_role("button", name="Add tag").click()
    expect(page.get_by_label("Value of milk")).to_have_value("soy")
    page.get_by_role("button", name="Remove: milk").click()
    expect(page.get_by_text("No tags yet")).to_be_visible()


def test_values_of_the_typed_key_are_suggested(page_for: PageFor, town: Town, olena: int) -> None:
    """CP-6: once the key is there; what is typed as a value never stands in an address."""
    page, asked = page_for(town.anna), []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"/customers/{olena}/tags")
    expect(page.locator("#tag-keys option")).to_have_count(2)
    page.locator("#tag-key").fill("milk")
    page.locator("#tag-value").focus()
    expect(page.locator("#tag-values option")).to_have_attribute("value", "oat")
    page.keyboard.type("secret")
    page.locator("#tag-key").focus()
    page.locator("#tag-value").focus()
    page.get_by_role("button", name="Add tag").click()
    expect(page.get_by_label("Value of milk")).to_have_value("secret")
    assert [address for address in asked if "secret" in address] == []


def test_questions_are_ordered_by_keyboard_and_by_drawing(page_for: PageFor, town: Town) -> None:
    """LP-7."""
    with town.kavalier.work():
        for name in ("First", "Second", "Third"):
            add_question(name)
    page = page_for(town.anna)
    page.goto("/questionnaire")
    page.get_by_role("button", name="Move up: Third").press("Enter")
    grip, target = page.locator(".order-grip").last.bounding_box(), page.locator(".order-list li").first.bounding_box()
    assert grip is not None
    assert target is not None
    page.mouse.move(grip["x"] + 8, grip["y"] + 8)
    page.mouse.down()
    page.mouse.move(target["x"] + 20, target["y"] + 4, steps=8)
    page.mouse.up()
    page.get_by_role("button", name="Save the order").last.click()
    expect(page.locator(".order-list .row-link")).to_have_text(["Second", "First", "Third"])


def test_choices_are_asked_for_where_they_are_the_answer(page_for: PageFor, town: Town) -> None:
    """LP-7."""
    page = page_for(town.anna)
    page.goto("/questionnaire/questions/new")
    page.get_by_label("Name").fill("Milk")
    expect(page.get_by_role("button", name="Add a choice")).to_be_hidden()
    page.get_by_label("Answered by").select_option(label="List of choices")
    page.get_by_label("Choice 1").fill("Oat")
    page.get_by_role("button", name="Add a choice").click()
    page.keyboard.type("Cow")
    page.locator("[name=move][value^=up]").last.click()
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.locator(".order-words")).to_contain_text("List of choices: Cow, Oat")


def test_the_audit_log_follows_its_filter(page_for: PageFor, town: Town, olena: int) -> None:
    """PR-4: the address says what is chosen, Back takes it back, a line opens without a mouse."""
    page = page_for(town.anna)
    page.goto(f"/customers/{olena}/edit")
    page.get_by_label("First name").fill("Lena")
    page.get_by_role("button", name="Save", exact=True).last.click()
    page.goto("/audit-log")
    page.locator("#scope-kind").select_option(label="Customer")
    expect(page.locator(".log-line")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"/audit-log\?kind=customer$"))
    page.locator("summary").press("Enter")
    expect(page.locator(".log-changes")).to_contain_text("Lena")
    page.go_back()
    expect(page.locator(".log-line").nth(2)).to_be_visible()


def test_the_file_is_downloaded_again_and_again(page_for: PageFor, town: Town, olena: int) -> None:
    """CP-8: the page stays behind it, and works once more."""
    page = page_for(town.anna)
    page.goto(f"/customers/{olena}/personal-data")
    page.get_by_label("Reason").fill("Asked by letter")
    for _ in range(2):
        with page.expect_download() as waiting:
            page.get_by_role("button", name="Make and download").click()
        assert waiting.value.suggested_filename == f"customer-{olena}.json"
    known = json.loads(waiting.value.path().read_text())
    assert known["customer"]["phone"] == "+380674120855"


def test_a_customer_is_deleted_from_the_drawer(page_for: PageFor, town: Town, olena: int) -> None:
    """CT-12, CP-8."""
    page = page_for(town.anna)
    page.goto(f"/customers?open={olena}")
    page.get_by_role("link", name="Delete customer").click()
    page.get_by_label("Last four digits of the phone").fill("0855")
    page.get_by_role("button", name="Delete for good").click()
    expect(page.locator(".toast")).to_contain_text("The customer was deleted.")
    expect(page.locator("tbody tr")).to_have_count(1)


def test_answers_of_every_kind_are_typed(page_for: PageFor, town: Town, olena: int) -> None:
    """LP-7, CP-7."""
    with town.kavalier.work():
        for kind in FieldKind:
            add_question(kind.name, kind, choices=["Oat"] if kind is FieldKind.CHOICE else ())
    page = page_for(town.anna)
    page.goto(f"/customers/{olena}/edit")
    page.get_by_label("TEXT").fill("Latte")
    page.get_by_label("NUMBER", exact=True).fill("1,234.5")
    page.get_by_label("DATE").fill("2020-02-29")
    page.get_by_label("YES_NO").select_option(label="No")
    page.get_by_label("CHOICE").select_option(label="Oat")
    page.get_by_role("button", name="Save", exact=True).last.click()
    about = page.locator(".card", has_text="About")
    for words in ("Latte", "1,234.5", "29 February 2020", "No", "Oat"):
        expect(about).to_contain_text(words)
