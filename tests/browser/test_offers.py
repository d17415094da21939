"""A series made, a coupon issued to a customer and removed again, in a browser (LP-8, CP-5)."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.axe import axe_faults
from tests.browser.conftest import PageFor
from tests.factories import add_customer
from tests.people import Town


def test_a_series_is_made_and_a_coupon_of_it_issued_and_removed(page_for: PageFor, town: Town) -> None:
    """LP-8, CP-5: only the field of the chosen kind is shown; three dots take the coupon away."""
    with town.kavalier.work():
        customer = add_customer("Олена", "Коваль")
    page = page_for(town.anna)
    page.goto("/coupons/new")
    expect(page.get_by_label("Percent", exact=True)).to_be_visible()
    page.get_by_text("Amount off").click()
    expect(page.get_by_label("Percent", exact=True)).to_be_hidden()
    expect(page.get_by_label("Shared code")).to_be_hidden()
    page.get_by_label("Amount", exact=True).fill("50")
    page.get_by_label("Coupons in all").fill("3")
    page.get_by_role("group", name="Title that customers read").get_by_label("English").fill("50 off")
    page.get_by_label("Title", exact=True).fill("Fifty off")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("“Fifty off” was added.")

    page.goto(f"/customers/{customer}/offers?show=coupons")
    page.get_by_label("Give this customer").select_option("Fifty off")
    page.get_by_role("button", name="Give", exact=True).click()
    row = page.get_by_role("row", name="Fifty off")
    expect(row).to_contain_text("₴50.00 off")
    expect(row).to_contain_text("Available")
    assert axe_faults(page) == []
    row.get_by_role("button", name="More about “Fifty off”").click()
    page.get_by_role("button", name="Remove coupon").click()
    expect(page.get_by_role("status")).to_contain_text("The coupon was removed.")
    expect(page.get_by_text("No coupons")).to_be_visible()
    page.goto("/coupons")
    expect(page.get_by_role("row", name="Fifty off")).to_contain_text("3")
