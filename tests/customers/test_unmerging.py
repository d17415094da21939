"""One record becomes two again: what goes back, what stays, and what refuses it (CP-9)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.customers.models import Customer
from app.customers.queries import MergedError, customer_named
from app.customers.registry import CannotUndoError
from app.customers.services.identifying import customer_known_by
from app.extensions import db
from app.ledger.services import ShortfallError, expire_lots
from app.lib import dates
from app.transactions.models import Transaction
from tests.customers.records import lots, merge, nothing_differs, sold, spend, state, undo
from tests.factories import add_customer, add_points
from tests.people import Town


class TestUndoing:
    def test_everything_is_where_it_was(self, town: Town, pair: tuple[int, int]) -> None:
        """CP-9: names, phones, cards, tags, consents, figures, goods, search, lots."""
        for taken in ((), ("name", "phone", "tag_milk")):
            with town.kavalier.work(town.anna):
                before = state(*pair)
                number = merge(*pair, *taken)
                assert state(*pair) != before
                undo(pair[0], number)
                assert state(*pair) == before
                nothing_differs()

    def test_what_was_changed_since_stays(self, town: Town, pair: tuple[int, int]) -> None:
        """CP-9: and so do new sales of the survivor."""
        first, second = pair
        shop = town.kavalier
        with shop.work(town.anna):
            number = merge(first, second, "name")
            survivor = db.session.get_one(Customer, (shop.id, first))
            survivor.first_name, survivor.email = "Olenka", "new@k.ua"
            sale = sold(shop, first, 700)
            undo(first, number)
            assert (survivor.first_name, survivor.email) == ("Olenka", "new@k.ua")
            assert survivor.phone == "+380671112233"
            assert db.session.get_one(Transaction, (shop.id, sale)).customer_id == first
            nothing_differs()

    def test_what_was_spent_is_replaced_with_the_dates_that_it_had(self, town: Town, pair: tuple[int, int]) -> None:
        first, second = pair
        with town.kavalier.work(town.anna):
            number = merge(first, second)
            spend(town.kavalier, first, 600)
            undo(first, number)
            assert lots(second) == [(500, 5), (200, None)]
            assert lots(first) == [(400, 30)]
            nothing_differs()

    def test_what_is_missing_is_told_exactly_and_nothing_is_undone(self, town: Town, pair: tuple[int, int]) -> None:
        first, second = pair
        with town.kavalier.work(town.anna):
            number = merge(first, second)
            spend(town.kavalier, first, 1_250)
            before = state(*pair)
        with pytest.raises(CannotUndoError) as refused, town.kavalier.work(town.anna):
            undo(first, number)
        assert isinstance(refused.value.__cause__, ShortfallError)
        assert refused.value.__cause__.missing == 250
        with town.kavalier.work(town.anna):
            assert state(*pair) == before
            nothing_differs()

    def test_what_expired_since_does_not_come_back(
        self, town: Town, pair: tuple[int, int], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first, second = pair
        with town.kavalier.work(town.anna):
            number = merge(first, second)
        later = dates.now() + timedelta(days=6)
        monkeypatch.setattr(dates, "now", lambda: later)
        with town.kavalier.work(town.anna):
            expire_lots()
            undo(first, number)
            assert lots(second) == [(200, None)]
            assert lots(first) == [(1_000, 24)]
            nothing_differs()

    def test_chains_are_undone_from_their_end(self, town: Town, pair: tuple[int, int]) -> None:
        """CP-9: A into B, B into C; each undoing returns what its record brought, with what it had absorbed."""
        first, second = pair
        shop = town.kavalier
        with shop.work(town.anna):
            third = add_customer("C", phone="+380501112233")
            add_points(third, 5_000, days=2)
            start = state(first, second, third)
            inner = merge(first, second)
            middle = state(first, second, third)
            outer = merge(third, first)
            assert customer_known_by("+380671112234", "UA") == third
            with pytest.raises(MergedError) as led:
                customer_named(second)
            assert led.value.survivor == third
            nothing_differs()
            undo(third, outer)
            assert state(first, second, third) == middle
            nothing_differs()
            undo(first, inner)
            assert state(first, second, third) == start
            nothing_differs()

    def test_the_latest_of_two_is_undone_first(self, town: Town, pair: tuple[int, int]) -> None:
        first, second = pair
        with town.kavalier.work(town.anna):
            third = add_customer("C")
            earlier, later = merge(first, second), merge(first, third)
            with pytest.raises(CannotUndoError):
                undo(first, earlier)
            undo(first, later)
            undo(first, earlier)

    def test_a_phone_that_someone_else_has_now_refuses_it(self, town: Town, pair: tuple[int, int]) -> None:
        first, second = pair
        with town.kavalier.work(town.anna):
            number = merge(first, second, "phone")
            db.session.get_one(Customer, (town.kavalier.id, first)).phone = "+380501112233"
            add_customer("Other", phone="+380671112234")
        with pytest.raises(CannotUndoError), town.kavalier.work(town.anna):
            undo(first, number)
