"""Who is found by a whole number that is said or shown at a counter (TE-1, KI-1, AP-1)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from app.customers.services.identifying import customer_known_by
from tests.factories import add_customer
from tests.people import Town

SPELT = ["0674120855", "067 412-08-55", "380674120855", "+380674120855", "+38 (067) 412 08 55"]


@pytest.mark.parametrize("card", ["0674120855", "380674120855", "+380674120855"])
@pytest.mark.parametrize("said", SPELT)
def test_a_card_spelt_like_a_phone_takes_nobodys_place(town: Town, card: str, said: str) -> None:
    """TE-1: at a Terminal, a Kiosk and by calls alike."""
    with town.kavalier.work():
        olena = add_customer("Olena", phone="+380674120855")
        add_customer("Petro", cards=[card])
        assert customer_known_by(said, "UA") == olena


@pytest.mark.parametrize("card", ["0674120855", "+380674120855", "7700"])
def test_a_card_is_found_where_nobody_has_such_a_phone(town: Town, card: str) -> None:
    with town.kavalier.work():
        add_customer("Olena", phone="+380639052217")
        petro = add_customer("Petro", cards=[card])
        assert customer_known_by(card, "UA") == petro


@pytest.mark.parametrize(("said", "most"), [("067 412 08 55", 1), ("7700", 1), ("0639052217", 2)])
def test_it_takes_few_statements(
    town: Town, said: str, most: int, count_statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    with town.kavalier.work():
        add_customer("Olena", phone="+380674120855", cards=["7700", "0639052217"])
        with count_statements() as sent:
            assert customer_known_by(said, "UA")
    assert len([each for each in sent if "FROM card" in each or "FROM customer" in each]) == most
