"""The Terminal in a tablet's window: the tutorial from sign-in to redemption, without scripts, a lost connection."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import func, select, update

from app.accounts.models import User
from app.businesses.models import PointOfSale
from app.extensions import db
from app.loyalty.models import Program
from app.loyalty.rules import Conditions, PointsPercent
from app.loyalty.services.rules import RuleSaid, add_rule
from app.transactions.models import Transaction
from tests.browser.axe import axe_faults
from tests.browser.conftest import PageFor
from tests.factories import add_customer, add_good, add_good_group, add_open_sale, add_points, add_question
from tests.people import PASSWORD, Town
from tests.pictures import picture_of

TABLET = {"width": 1024, "height": 768}
PHONE = "+380671112233"


@pytest.fixture
def rules(town: Town) -> None:
    """A tenth of what is paid, and a PIN from 20 points on."""
    with town.kavalier.work():
        ten = RuleSaid("10% all day", True, 0, True, Conditions(), (PointsPercent(1_000),))
        add_rule(town.kavalier.program, ten)
        db.session.get_one(Program, (town.kavalier.id, town.kavalier.program)).pin_limit = 2_000


def enter(page: Page) -> None:
    page.goto("/terminal")
    page.get_by_label("E-mail").fill("sasha@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Who buys?")


def sale_count(town: Town) -> int:
    with town.kavalier.work():
        return int(db.session.scalar(select(func.count()).select_from(Transaction)) or 0)


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_registers_sells_shows_the_points_and_redeems_with_the_pin(
    page_for: PageFor, town: Town, rules: None, script: bool
) -> None:
    """TE-0 to TE-3, LP-7: the tutorial, with a keyboard and a scanner that types."""
    with town.kavalier.work():
        add_question("Favourite drink", required=True)
    page = page_for(None, **TABLET, java_script_enabled=script)
    enter(page)
    # As a scanner types, into the field that has the focus by itself.
    expect(page.get_by_label("Phone, card")).to_be_focused()
    page.keyboard.type("067 412 08 55")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("New customer")
    page.get_by_label("First name").fill("Соломія")
    page.get_by_label("Last name").fill("Яремчук")
    page.get_by_label("Favourite drink").fill("Flat white")
    page.get_by_role("button", name="Register").click()
    page.get_by_label("Amount of the check").fill("500")
    page.keyboard.press("Enter")
    expect(page.get_by_text("+50 points")).to_be_visible()
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Confirm", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The sale is made")
    page.get_by_role("link", name="New sale").last.click()
    page.get_by_label("Phone, card").fill("+380674120855")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Соломія Яремчук")).to_be_visible()
    expect(page.locator(".till-facts")).to_contain_text("50")
    page.get_by_label("Amount of the check").fill("100")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="50", exact=False).filter(has_text="all allowed").click()
    expect(page.locator(".till-due")).to_contain_text("50.00")
    page.get_by_role("button", name="Send the PIN").click()
    told = page.get_by_text("the customer reads the PIN").inner_text()
    found = re.search(r"\d{6}", told)
    assert found
    page.get_by_label("PIN from").fill(found[0])
    page.get_by_role("button", name="Confirm", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The sale is made")
    expect(page.locator(".paper")).to_contain_text("Paid with points")
    assert sale_count(town) == 2


def test_the_number_pad_types(page_for: PageFor, town: Town, rules: None) -> None:
    """TE-2: targets of 48 px and more."""
    with town.kavalier.work():
        add_customer("Iryna", "Melnyk", PHONE)
    page = page_for(town.sasha, **TABLET)
    page.goto("/terminal")
    page.get_by_label("Phone, card").fill(PHONE)
    page.keyboard.press("Enter")
    for key in ("3", "2", "6", ".", "5", "0", "9"):
        page.get_by_role("button", name=key, exact=True).click()
    page.get_by_role("button", name="Delete the last digit").click()
    expect(page.get_by_label("Amount of the check")).to_have_value("326.50")
    small = page.evaluate(
        "[...document.querySelectorAll('a, button, input:not([type=hidden])')].filter(e => e.checkVisibility())"
        ".map(e => [e.textContent || e.name, e.getBoundingClientRect()])"
        ".filter(([, box]) => box.width && (box.height < 48 || box.width < 48)).map(([name]) => name)"
    )
    assert small == []


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_a_photograph_of_a_code_finds_the_customer(page_for: PageFor, town: Town, script: bool) -> None:
    """TE-1: in a browser that reads no codes itself."""
    with town.kavalier.work():
        add_customer("Iryna", "Melnyk", PHONE)
    page = page_for(town.sasha, **TABLET, java_script_enabled=script)
    page.goto("/terminal")
    taken = {"name": "image.jpg", "mimeType": "image/jpeg", "buffer": picture_of(PHONE)}
    page.get_by_label("Photograph the QR code").set_input_files([taken])
    if not script:
        page.get_by_role("button", name="Read the picture").click()
    expect(page.get_by_text("Iryna Melnyk")).to_be_visible()


@pytest.mark.parametrize("allowed", [True, False], ids=["camera", "no-camera"])
def test_a_camera_that_reads_codes_is_used_where_there_is_one(page_for: PageFor, town: Town, allowed: bool) -> None:
    """TE-1: a stand-in for the browser's own detector; without a camera a photograph is asked for."""
    with town.kavalier.work():
        add_customer("Iryna", "Melnyk", PHONE)
    page = page_for(town.sasha, **TABLET)
    canvas = "document.createElement('canvas')"
    stream = f"() => {{ const c = {canvas}; c.getContext('2d'); return Promise.resolve(c.captureStream()); }}"
    camera = stream if allowed else "() => Promise.reject(new Error())"
    page.add_init_script(
        f"window.BarcodeDetector = class {{ detect() {{ return Promise.resolve([{{ rawValue: '{PHONE}' }}]); }} }};"
        f"Object.defineProperty(navigator, 'mediaDevices', {{ value: {{ getUserMedia: {camera} }} }});"
        "HTMLMediaElement.prototype.play = () => Promise.resolve();"
    )
    page.goto("/terminal")
    expect(page.get_by_text("Photograph the QR code")).to_be_hidden()
    page.get_by_role("button", name="Read the QR code").click()
    shown = page.get_by_text("Iryna Melnyk" if allowed else "Photograph the QR code")
    expect(shown).to_be_visible()


def test_a_scanner_types_wherever_the_focus_is(page_for: PageFor, town: Town) -> None:
    """TE-1: quickly, with Enter at its end."""
    with town.kavalier.work():
        add_customer("Iryna", "Melnyk", PHONE, cards=["77001122"])
    page = page_for(town.sasha, **TABLET)
    for code in (PHONE, "77001122"):
        page.goto("/terminal")
        page.get_by_role("heading", name="Who buys?").click()
        page.keyboard.type(code)
        page.keyboard.press("Enter")
        expect(page.get_by_text("Iryna Melnyk")).to_be_visible()


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_goods_are_found_and_chosen(page_for: PageFor, town: Town, script: bool) -> None:
    """TE-2, LP-6: by name and code, while one types where scripts run; what is chosen stays."""
    with town.kavalier.work():
        add_customer("Iryna", "Melnyk", PHONE)
        drinks, bread = add_good_group(), add_good_group("Bread")
        for name, code, group in (("Flat white", "105", drinks), ("Espresso", "101", drinks), ("Rye", "7", bread)):
            add_good(name, code=code, group_id=group)
        add_good("Cake", price=20_000, variable_price=True)
    page = page_for(town.sasha, **TABLET, java_script_enabled=script)
    page.goto("/terminal")
    page.get_by_label("Phone, card").fill(PHONE)
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Choose goods").click()
    page.get_by_role("button", name="Bread").click()
    expect(page.get_by_text("Flat white")).to_be_hidden()
    if script:
        expect(page.get_by_role("button", name="Bread")).to_be_focused()
    rye = page.locator(".till-good", has_text="Rye")
    page.get_by_label("One more: Rye").click(click_count=2) if script else rye.locator("input").fill("2")
    search = page.get_by_role("searchbox")
    search.click()
    search.press_sequentially("fla")
    if not script:
        page.keyboard.press("Enter")
    expect(page.get_by_text("Flat white")).to_be_visible()
    expect(page.get_by_text("Espresso")).to_be_hidden()
    expect(rye.locator("input")).to_have_value("2")
    if script:
        expect(search).to_be_focused()
    search.fill("10")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Espresso")).to_be_visible()
    page.locator(".till-good", has_text="Espresso").locator("[name^=quantity]").fill("1")
    page.get_by_role("searchbox").fill("cake")
    page.keyboard.press("Enter")
    page.get_by_label("Price of Cake").fill("150")
    page.locator(".till-good", has_text="Cake").locator("[name^=quantity]").fill("1")
    page.get_by_role("button", name="Next").click()
    expect(page.locator(".till-due")).to_contain_text("435")


@pytest.mark.parametrize(("language", "typed", "left"), [("en", "2.3", "1.3"), ("uk", "2,3", "1,3")])
def test_a_quantity_is_counted_exactly_in_the_own_language(
    page_for: PageFor, town: Town, language: str, typed: str, left: str
) -> None:
    """LP-6: three digits, with the sign that the language writes."""
    with town.kavalier.work():
        customer = add_customer("Iryna", "Melnyk", PHONE)
        good = add_good("Espresso")
    with town.kavalier.work(town.sasha):
        db.session.execute(update(User).where(User.id == town.sasha.id).values(language=language))
        key = add_open_sale(customer, town.kavalier.franchised_terminal)
    page = page_for(town.sasha, **TABLET)
    page.goto(f"/terminal/open-sales/{key}/goods")
    quantity = page.locator(f"#quantity-{good}")
    quantity.fill(typed)
    page.locator("[data-count-by='-1']").click()
    expect(quantity).to_have_value(left)
    page.locator(".till-next").click()
    expect(page.locator(".till-due")).to_contain_text("123")
    page.go_back()
    expect(quantity).to_have_value(left)


@pytest.mark.parametrize("made", [True, False], ids=["made", "not-made"])
def test_a_lost_connection_ends_in_one_sale_or_none_and_says_which(
    page_for: PageFor, town: Town, rules: None, made: bool
) -> None:
    """TE-6: the answer is lost, or the request was."""
    with town.kavalier.work():
        customer = add_customer("Iryna", "Melnyk", PHONE)
    with town.kavalier.work(town.sasha):
        key = add_open_sale(customer, town.kavalier.franchised_terminal)
    page = page_for(town.sasha, **TABLET)
    page.goto(f"/terminal/open-sales/{key}/confirmation")
    lost = {"times": 2}

    def lose(route: Route) -> None:
        if lost["times"] == 0:
            return route.continue_()
        lost["times"] -= 1
        if made and route.request.method == "POST":
            route.fetch(max_redirects=0)
        return route.abort("connectionreset")

    page.route(f"**/terminal/open-sales/{key}**", lose)
    page.get_by_role("button", name="Confirm", exact=True).click()
    expect(page.get_by_text("The connection is lost.")).to_be_visible()
    wanted = "The sale is made" if made else "The sale was not made"
    expect(page.get_by_role("heading", level=1)).to_have_text(wanted)
    assert sale_count(town) == int(made)


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_a_wrong_pin_is_one_try_and_the_right_one_then_sells(
    page_for: PageFor, town: Town, rules: None, script: bool
) -> None:
    """TE-3: the page says so with the focus on the PIN, and so it says twice."""
    with town.kavalier.work():
        customer = add_customer("Iryna", "Melnyk", PHONE)
        add_points(customer, 10_000)
    with town.kavalier.work(town.sasha):
        key = add_open_sale(customer, town.kavalier.franchised_terminal)
    page = page_for(town.sasha, **TABLET, java_script_enabled=script)
    page.goto(f"/terminal/open-sales/{key}/payment")
    page.get_by_role("button", name="all allowed").click()
    page.get_by_role("button", name="Send the PIN").click()
    found = re.search(r"\d{6}", page.get_by_text("the customer reads the PIN").inner_text())
    assert found
    for left in ("4 tries left.", "3 tries left."):
        page.get_by_label("PIN from").fill("000000" if found[0] != "000000" else "000001")
        page.get_by_role("button", name="Confirm", exact=True).click()
        expect(page.locator(".field-error")).to_contain_text(left)
        expect(page.get_by_label("PIN from")).to_be_focused()
    page.get_by_label("PIN from").fill(found[0])
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("The sale is made")
    assert sale_count(town) == 1


@pytest.mark.parametrize("width", [1280, 820, 390])
def test_axe_finds_nothing_at_the_terminal(page_for: PageFor, town: Town, rules: None, width: int) -> None:
    with town.kavalier.work():
        customer = add_customer("Соломія", "Яремчук" * 30, PHONE)
        add_points(customer, 500_000)
        add_question("Як вас знайти" * 20)
        add_good("Капучино" * 20, group_id=add_good_group(), code="105", variable_price=True)
        db.session.execute(update(PointOfSale).values(name="Кав’ярня" * 20))
    with town.kavalier.work(town.sasha):
        key = add_open_sale(customer, town.kavalier.franchised_terminal)
    page = page_for(town.sasha, width=width, height=768)
    steps = [f"/open-sales/{key}{step}" for step in ("", "/amount", "/answers", "/goods", "/payment", "/confirmation")]
    found = {}
    for address in ["", "/sign-in", "/places", "/sales", *steps]:
        page.goto("/terminal" + address)
        if faults := axe_faults(page):
            found[address] = faults
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
    assert found == {}
