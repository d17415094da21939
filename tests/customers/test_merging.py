"""Two records of one person become one: what it becomes, what moves, and who erases it (CP-9)."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from app.customers.details import details_of
from app.customers.models import Consent, ConsentKind, Customer, CustomerMerge
from app.customers.queries import MergedError, customer_named
from app.customers.services.erasing import confirmation, erase_customer
from app.customers.services.identifying import customer_known_by
from app.customers.services.merging import GoneError, facts_of
from app.extensions import db
from app.lib import dates
from app.loyalty.models import Access
from app.transactions.models import Transaction
from tests.customers.records import lots, merge, nothing_differs
from tests.factories import add_customer
from tests.people import Town


class TestMerging:
    def test_points_keep_their_dates_and_nothing_else_moves(self, town: Town, pair: tuple[int, int]) -> None:
        """CP-9: pairs of entries, lot by lot; the rows of sales stay where they are."""
        first, second = pair
        with town.kavalier.work(town.anna):
            merge(first, second)
            assert lots(first) == [(500, 5), (1_000, 30), (200, None)]
            assert lots(second) == []
            assert db.session.scalars(select(Transaction.customer_id).order_by(Transaction.id)).all() == [first, second]
            moved = db.session.execute(text("SELECT customer_id, amount FROM ledger_entry WHERE kind = 7 ORDER BY id"))
            assert sorted(moved.all()) == [(first, 700), (second, -700)]
            nothing_differs()

    def test_figures_are_those_of_both(self, town: Town, pair: tuple[int, int]) -> None:
        """CP-9, CT-2: in every scope, as if each sale were the survivor's own."""
        first, second = pair
        everywhere = (
            "SELECT sales_count, amount FROM customer_stats c JOIN stats_scope s ON s.id = c.scope_id WHERE"
            " num_nulls(program_id, franchisee_id, s.point_of_sale_id, s.terminal_id) = 4 AND customer_id = :id"
        )
        with town.kavalier.work(town.anna):
            merge(first, second)
            assert db.session.execute(text(everywhere), {"id": first}).one() == (2, 15_000)
            assert db.session.execute(text(everywhere), {"id": second}).first() is None

    def test_what_is_chosen_is_taken(self, town: Town, pair: tuple[int, int]) -> None:
        """CP-9: where both say something else a person chose; where one says something, that stands."""
        first, second = pair
        with town.kavalier.work(town.anna):
            merge(first, second, "name", "phone", "tag_milk")
            survivor = db.session.get_one(Customer, (town.kavalier.id, first))
            assert (survivor.first_name, survivor.phone, survivor.email) == ("Lena", "+380671112234", "l@k.ua")
            assert details_of(survivor).cards == ("11", "22")
            facts = facts_of(survivor)
            assert (facts["tag_milk"], facts["tag_city"]) == ("soy", "Kyiv")
            assert (survivor.card_count, survivor.tag_count) == (2, 2)

    @pytest.mark.parametrize("access", list(Access))
    def test_the_stricter_access_and_consent_win(self, town: Town, access: Access) -> None:
        """CP-9, AC-1: whichever record has them."""
        with town.kavalier.work(town.anna):
            strict, other = add_customer(access=access), add_customer("O")
            db.session.add(
                Consent(
                    business_id=town.kavalier.id,
                    customer_id=strict,
                    kind=ConsentKind.SMS,
                    granted=False,
                    at=dates.now(),
                )
            )
            db.session.flush()
            merge(other, strict)
            new = details_of(db.session.get_one(Customer, (town.kavalier.id, other)))
            assert new.standings[town.kavalier.program].access is access
            assert not new.granted(ConsentKind.SMS)
            assert new.granted(ConsentKind.PUSH)

    @pytest.mark.parametrize("number", ["067 111 22 33", "+380671112234", "22", "11"])
    @pytest.mark.parametrize("taken", [(), ("phone",)])
    def test_it_is_known_by_what_either_had(
        self, town: Town, pair: tuple[int, int], number: str, taken: tuple[str, ...]
    ) -> None:
        """CP-9, TE-1: the Terminal finds the survivor by the other's phone and card, whichever phone was chosen."""
        first, second = pair
        with town.kavalier.work(town.anna):
            merge(first, second, *taken)
            assert customer_known_by(number, "UA") == first

    def test_an_absorbed_record_leads_to_the_survivor(self, town: Town, pair: tuple[int, int]) -> None:
        first, second = pair
        with town.kavalier.work(town.anna):
            merge(first, second)
            with pytest.raises(MergedError) as led:
                customer_named(second)
            assert led.value.survivor == first

    def test_only_records_that_are_there_are_merged(self, town: Town, pair: tuple[int, int]) -> None:
        """CP-9: never with itself, twice, or in a circle."""
        first, second = pair
        with town.kavalier.work(town.anna):
            merge(first, second)
            for ends in ((first, first), (first, second), (second, first)):
                with pytest.raises(GoneError):
                    merge(*ends)


class TestErasing:
    def test_an_erased_survivor_takes_the_merged_records_along(self, town: Town, pair: tuple[int, int]) -> None:
        """CP-8, CP-9: nothing is left of who they were, and what was sold still adds up."""
        first, second = pair
        with town.kavalier.work(town.anna):
            merge(first, second)
            survivor = db.session.get_one(Customer, (town.kavalier.id, first))
            erase_customer(survivor, confirmation(survivor), None)
            for each in pair:
                gone = db.session.get_one(Customer, (town.kavalier.id, each))
                assert (gone.phone, gone.first_name, gone.email) == ("", "", "")
                assert gone.erased_at is not None
            assert db.session.scalars(select(CustomerMerge.kept)).all() == [{}]
            assert customer_known_by("+380671112234", "UA") is None
            nothing_differs()
