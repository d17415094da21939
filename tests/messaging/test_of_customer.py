"""The messages of a profile: lines, their whole text, reading, PINs, whoever looks (CP-4, MS-2, PR-3)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from psycopg.errors import CheckViolation, UniqueViolation

from app.lib import dates
from app.messaging.models import Channel, Direction, MessageKind, MessageStatus
from tests.browsing import page_of, text_of
from tests.factories import add_customer, add_message
from tests.people import Town

NOON = datetime(2026, 3, 5, 10, tzinfo=UTC)
LONG = (
    "Dear guest, from Monday on there is a new bread:\nrye with walnuts, baked twice a day. " + "Come and taste. " * 20
)


@pytest.fixture
def olena(town: Town) -> int:
    with town.kavalier.work():
        return add_customer("Олена", "Коваль", point_of_sale=town.kavalier.franchised_place)


def rows(town: Town, customer: int, who: str = "anna") -> list[list[str]]:
    """The cells of the lines, as words."""
    page = page_of(town.browser(town.people[who]).get(f"/customers/{customer}/messages"))
    lines = page.findall(".//table/tbody/tr[@data-id]")
    return [[" ".join("".join(cell.itertext()).split()) for cell in line] for line in lines]


def opened(town: Town, customer: int, number: int, who: str = "anna") -> str:
    return text_of(town.browser(town.people[who]).get(f"/customers/{customer}/messages/{number}"))


def test_a_line_tells_title_preview_day_channel_and_delivery(town: Town, olena: int) -> None:
    """CP-4: the newest first; the preview is how the text begins, in one line."""
    with town.kavalier.work():
        add_message(olena, "Thank you.", distributed_at=NOON)
        later = {"distributed_at": NOON + timedelta(days=1), "status": MessageStatus.FAILED, "reason": "No such number"}
        add_message(olena, LONG, title="A new bread", kind=MessageKind.BULK, channel=Channel.EMAIL, **later)
    preview = "Dear guest, from Monday on there is a new bread: rye with walnuts, baked twice…"
    assert rows(town, olena) == [
        [f"A new bread{preview}", "6 Mar 12:00", "E-mail", "Failed", "New"],
        ["Notice of a saleThank you.", "5 Mar 12:00", "SMS", "Delivered", "New"],
    ]


@pytest.mark.parametrize(
    ("ends", "read", "said"),
    [(None, None, "New"), (1, None, "New"), (None, -1, "Read"), (1, -1, "Read"), (-1, None, "Expired")],
)
def test_reading_is_new_read_or_expired(town: Town, olena: int, ends: int | None, read: int | None, said: str) -> None:
    """CP-4: Read when the customer opened it on its page, Expired once the end date is over."""
    moments = {
        name: None if days is None else dates.now() + timedelta(days=days)
        for name, days in (("ends_at", ends), ("read_at", read))
    }
    with town.kavalier.work():
        add_message(olena, **moments)
    assert rows(town, olena)[0][-1] == said


def test_that_an_sms_was_seen_makes_it_no_more_read(town: Town, olena: int) -> None:
    """CP-4: what the channel reports of it does not count."""
    with town.kavalier.work():
        add_message(olena, status=MessageStatus.READ)
    assert rows(town, olena)[0][-2:] == ["Seen", "New"]


def test_opens_to_its_whole_text(town: Town, olena: int) -> None:
    """CP-4: with what became of it; looking at it in the panel makes nothing Read."""
    with town.kavalier.work():
        number = add_message(olena, LONG, status=MessageStatus.REJECTED, reason="Not confirmed", distributed_at=NOON)
    words = opened(town, olena, number)
    for piece in (" ".join(LONG.split()), "SMS, 1 segment", "Rejected Not confirmed", "5 March 2026, 12:00 +02:00"):
        assert piece in words, piece
    assert rows(town, olena)[0][-1] == "New"


def test_a_pin_is_never_shown(town: Town, olena: int) -> None:
    """CP-4, MS-2: masked in the list, and there is nothing to open."""
    with town.kavalier.work():
        number = add_message(olena, "", kind=MessageKind.PIN)
    assert rows(town, olena)[0][0] == "PIN••••••"
    assert "its digits were wiped" in opened(town, olena, number)


def test_the_text_of_a_pin_cannot_even_be_kept(town: Town, olena: int, superuser: psycopg.Connection) -> None:
    """MS-2: not in the open, whoever writes it."""
    with town.kavalier.work():
        add_message(olena, "", kind=MessageKind.PIN)
    with pytest.raises(CheckViolation, match="message_pin_check"):
        superuser.execute("UPDATE message SET text = '123456'")


def test_a_message_is_written_once(town: Town, olena: int, superuser: psycopg.Connection) -> None:
    """MS-1: its key is its cause's, so a cause that comes twice has one message."""
    with town.kavalier.work():
        add_message(olena, dedupe_key="sale:1")
    with pytest.raises(UniqueViolation, match="dedupe_key"):
        superuser.execute(
            "INSERT INTO message (business_id, customer_id, direction, kind, channel, status, dedupe_key)"
            " SELECT business_id, customer_id, 1, 1, 2, 1, dedupe_key FROM message"
        )


def test_what_the_customer_wrote_stands_among_them(town: Town, olena: int) -> None:
    with town.kavalier.work():
        add_message(olena, "Where are my points?", direction=Direction.IN, kind=MessageKind.NOTICE)
    assert rows(town, olena)[0][-2:] == ["From the customer", ""]


def test_a_location_operator_sees_those_of_its_places_and_of_the_brand(town: Town, olena: int) -> None:
    """CP-4, PR-3: what another place caused is not there, nor found by its id."""
    shop = town.kavalier
    with shop.work():
        add_message(olena, "Of the brand")
        add_message(olena, "Of Podil", point_of_sale_id=shop.franchised_place)
        elsewhere = add_message(olena, "Of Pechersk", point_of_sale_id=shop.own_place)
    assert [row[0] for row in rows(town, olena, "boris")] == [
        "Notice of a saleOf Podil",
        "Notice of a saleOf the brand",
    ]
    assert len(rows(town, olena)) == 3
    missing = town.browser(town.boris).get(f"/customers/{olena}/messages/{elsewhere}")
    assert missing.status_code == 404


def test_another_customers_message_is_not_found(town: Town, olena: int) -> None:
    """PR-1: nor does an unreadable address show another list than asked for."""
    with town.kavalier.work():
        number = add_message(add_customer("Petro"))
    browser = town.browser(town.anna)
    assert browser.get(f"/customers/{olena}/messages/{number}").status_code == 404
    assert browser.get(f"/customers/{olena}/messages?status=sent").status_code == 400


def test_none_yet_is_said(town: Town, olena: int) -> None:
    assert "No messages yet" in text_of(town.browser(town.anna).get(f"/customers/{olena}/messages"))


@pytest.mark.parametrize("address", ["/customers/{}/messages", "/customers/{}/messages/{}"])
def test_statements_do_not_grow_with_lines(
    town: Town, olena: int, count_statements: Callable[[], AbstractContextManager[list[str]]], address: str
) -> None:
    browser = town.browser(town.anna)
    with town.kavalier.work():
        number = add_message(olena)
    with count_statements() as few:
        browser.get(address.format(olena, number))
    with town.kavalier.work():
        for _ in range(60):
            add_message(olena, user_id=town.olha.id, point_of_sale_id=town.kavalier.own_place)
    with count_statements() as many:
        assert "Next page" in browser.get(address.format(olena, number)).text
    assert len(many) <= len(few)
