"""Messages of a customer by the API (CP-4)."""

from __future__ import annotations

from app.messaging.models import MessageKind
from app.paging import PAGE_SIZE
from tests.api.calling import problem, program
from tests.factories import add_customer, add_message
from tests.people import Town


def test_they_are_read_page_by_page_newest_first(town: Town) -> None:
    """AP-1, CP-4: each stands on one page, whatever comes in meanwhile."""
    with town.kavalier.work():
        customer = add_customer("Iryna")
        written = [add_message(customer) for _ in range(PAGE_SIZE + 5)]
    shop = program(town.kavalier)
    first = shop.get(f"/customers/{customer}/messages").get_json()
    assert len(first["items"]) == PAGE_SIZE
    with town.kavalier.work():
        add_message(customer)
    second = shop.get(f"/customers/{customer}/messages?cursor={first['next']}").get_json()
    assert second["next"] is None
    assert [each["id"] for each in first["items"] + second["items"]] == written[::-1]
    for wrong in ("x", "-1", "0", "9" * 19, "9" * 20):
        told = problem(shop.get(f"/customers/{customer}/messages?cursor={wrong}"), 422, "address-wrong")
        assert [each["pointer"] for each in told["errors"]] == ["/cursor"]
    problem(shop.get(f"/customers/{customer}/messages?cursor=999999"), 404)


def test_one_is_read_whole_and_stays_new(town: Town) -> None:
    """CP-4: read is what the customer opened on its own page."""
    with town.kavalier.work():
        customer, other = add_customer("Iryna"), add_customer("Petro")
        message = add_message(customer, text="Come back, " + "we miss you. " * 30)
    shop = program(town.kavalier)
    told = shop.get(f"/customers/{customer}/messages/{message}").get_json()
    assert (told["reading"], told["incoming"]) == ("new", False)
    assert told["text"].startswith("Come back")
    assert len(told["preview"]) <= 80
    assert shop.get(f"/customers/{customer}/messages").get_json()["items"][0]["reading"] == "new"
    problem(shop.get(f"/customers/{other}/messages/{message}"), 404)


def test_nobody_reads_a_pin(town: Town) -> None:
    """MS-2."""
    with town.kavalier.work():
        customer = add_customer("Iryna")
        message = add_message(customer, kind=MessageKind.PIN, text="")
    told = program(town.kavalier).get(f"/customers/{customer}/messages/{message}").get_json()
    assert (told["text"], told["preview"]) == (None, "")
