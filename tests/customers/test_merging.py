"""Two records of one person become one and two again: what they become, what moves, what goes back (CP-9)."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from app.customers.details import details_of
from app.customers.models import Consent, ConsentKind, Customer, CustomerMerge
from app.customers.queries import MergedError, customer_named
from app.customers.registry import CannotUndoError
from app.customers.services.erasing import confirmation, erase_customer
from app.customers.services.identifying import customer_known_by
from app.customers.services.merging import GoneError, facts_of, hold_pair, merge_customers
from app.customers.services.unmerging import merge_to_undo, undo_merge
from app.customers.stats import differences
from app.extensions import db
from app.ledger.check import faults
from app.ledger.models import EntryKind
from app.ledger.services import ShortfallError, Spend, expire_lots, post
from app.lib import dates
from app.loyalty.models import Access
from app.loyalty.rules import Conditions, PointsPercent
from app.loyalty.services.programs import create_program
from app.loyalty.services.rules import RuleSaid, add_rule
from app.transactions import bought
from app.transactions.models import Transaction
from app.transactions.services import (
    AlreadyCancelledError,
    Basket,
    BasketLine,
    MissingError,
    RefusedError,
    cancel_sale,
    sell,
)
from tests.factories import add_customer, add_good, add_points, add_sale
from tests.people import Shop, Town


def merge(survivor: int, absorbed: int, *taken: str) -> int:
    return merge_customers(*hold_pair(survivor, absorbed), set(taken))


def undo(survivor: int, number: int) -> None:
    undo_merge(*merge_to_undo(survivor, number))


def nothing_differs() -> None:
    """Balances, figures and goods bought are what entries, lots and sales say."""
    assert faults() == []
    assert differences().first == []
    assert bought.differences() == 0


def state(*customers: int) -> dict[str, Any]:
    """All that a merge touches of some records, as it can be compared."""
    asked = {
        "rows": "SELECT id, phone, first_name, last_name, email, birthday, language, registered_at, card_count,"
        " tag_count, confirmed, app_installed, merged_into_id FROM customer",
        "cards": "SELECT customer_id, number FROM card",
        "tags": "SELECT customer_id, key, value FROM tag",
        "consents": "SELECT customer_id, kind, granted, at, user_id FROM consent",
        "enrolments": "SELECT customer_id, program_id, category_id, category_by_hand, access FROM enrolment",
        "figures": "SELECT customer_id, scope_id, sales_count, amount, average, first_at, last_at FROM customer_stats",
        "goods": "SELECT customer_id, good_id, scope_id, sales_count FROM customer_good",
        "search": "SELECT customer_id, document::text FROM customer_search",
        "points": "SELECT customer_id, wallet_id, expires_at, sum(remaining) FROM lot WHERE remaining > 0"
        " GROUP BY 1, 2, 3",
        "balances": "SELECT customer_id, wallet_id, amount, expiring_at, expiring FROM balance WHERE amount > 0",
    }
    return {
        name: sorted(map(repr, (row for row in db.session.execute(text(statement)) if row[0] in customers)))
        for name, statement in asked.items()
    }


def lots(customer: int) -> list[tuple[int, int | None]]:
    """What remains of a customer's lots in hundredths, and in how many days each expires."""
    rows = db.session.execute(
        text(
            "SELECT sum(remaining)::bigint AS remaining, expires_at FROM lot"
            " WHERE customer_id = :id AND remaining > 0 GROUP BY expires_at ORDER BY expires_at"
        ),
        {"id": customer},
    )
    return [(row.remaining, row.expires_at and round((row.expires_at - dates.now()) / timedelta(1))) for row in rows]


def ten_percent(program: int) -> None:
    add_rule(program, RuleSaid("Ten", True, 0, True, Conditions(), (PointsPercent(1_000),)))


def sold(shop: Shop, customer: int, amount: int, points: int = 0, **more: Any) -> int:
    """A sale as the Terminal makes it."""
    place = {"program_id": shop.program, "terminal_id": shop.own_terminal} | more
    basket = Basket(customer, lines=(BasketLine("Coffee", amount),), points=points, **place)
    return sell(basket, pin_checked=True).transaction_id


def cancel(shop: Shop, sale: int) -> None:
    cancel_sale(db.session.get_one(Transaction, (shop.id, sale)))


def spend(shop: Shop, customer: int, amount: int) -> None:
    post(customer, [Spend(shop.wallet, EntryKind.SPENT, f"spend:{dates.now()}", amount=amount)])


@pytest.fixture
def pair(town: Town) -> tuple[int, int]:
    """A customer with two records: the first survives."""
    shop = town.kavalier
    with shop.work(town.anna):
        first = add_customer("Olena", "Koval", "+380671112233", cards=["11"], tags=[("milk", "oat"), ("city", "Kyiv")])
        second = add_customer("Lena", "Koval", "+380671112234", email="l@k.ua", cards=["22"], tags=[("milk", "soy")])
        good = add_good()
        add_sale(first, shop.own_terminal, 10_000)
        add_sale(second, shop.franchised_terminal, 5_000, goods=[good])
        add_points(first, 1_000, days=30)
        add_points(second, 500, days=5)
        add_points(second, 200)
    return first, second


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


class TestCancelling:
    def test_points_of_an_absorbed_sale_come_back_on_the_survivor(self, town: Town, pair: tuple[int, int]) -> None:
        """CP-9, TE-5: what was paid is the survivor's, what was earned is taken from it, each with its date."""
        first, second = pair
        shop = town.kavalier
        with shop.work(town.anna):
            ten_percent(shop.program)
            sale = sold(shop, second, 900, points=400)
            merge(first, second)
            assert lots(first) == [(100, 5), (1_000, 30), (250, None)]
            cancel(shop, sale)
            assert lots(first) == [(500, 5), (1_000, 30), (200, None)]
            assert lots(second) == []
            with pytest.raises(AlreadyCancelledError):
                cancel(shop, sale)
            nothing_differs()

    def test_what_both_lack_is_told_exactly(self, town: Town, pair: tuple[int, int]) -> None:
        first, second = pair
        shop = town.kavalier
        with shop.work(town.anna):
            ten_percent(shop.program)
            sale = sold(shop, second, 3_000, points=100)
            merge(first, second)
            spend(shop, first, 1_800)
        with pytest.raises(MissingError) as short, shop.work(town.anna):
            cancel(shop, sale)
        missing = short.value.missing
        assert missing == {shop.wallet: 100}
        with shop.work(town.anna):
            cancel_sale(db.session.get_one(Transaction, (shop.id, sale)), reason="A wrong check", credit=missing)
            assert lots(first) == []
            nothing_differs()

    def test_undone_after_that_each_has_its_own(self, town: Town, pair: tuple[int, int]) -> None:
        """CP-9: what the survivor gave for a cancelled sale of the other is not returned once more."""
        first, second = pair
        shop = town.kavalier
        with shop.work(town.anna):
            ten_percent(shop.program)
            sale = sold(shop, second, 500)
            number = merge(first, second)
            spend(shop, first, 750)  # the other's lots that expire first, and a part of the survivor's own
            cancel(shop, sale)
            undo(first, number)
            assert lots(second) == [(500, 5), (200, None)]
            assert lots(first) == [(250, 30)]
            nothing_differs()


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


@given(seed=st.integers(0, 2**32))
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_merged_and_undone_all_is_as_before_and_always_adds_up(town: Town, seed: int) -> None:
    """CP-9: random records, sales and points; merged, undone, merged again with sales, cancels and expiry between."""
    shop, chance = town.kavalier, random.Random(seed)
    with shop.work(town.anna):
        other = create_program(f"Bakery {seed} {dates.now()}", {"en": "Bakery"})
        ten_percent(other)
        people = [random_customer(shop, other, chance) for _each in range(3)]
        before = state(*people)
        taken = chance.sample(["name", "phone", "email", "birthday", "tag_a", "tag_b"], 3)
        number = merge(people[0], people[1], *taken)
        nothing_differs()
        undo(people[0], number)
        assert state(*people) == before
        for _round in range(2):
            made = [(people[0], merge(people[0], people[1], *taken))]
            if chance.random() < 0.5:
                made.append((people[2], merge(people[2], people[0])))
            for _act in range(chance.randrange(8)):
                act(shop, other, made[-1][0], people, chance)
                nothing_differs()
            total = sum(amount for each in people for amount, _days in lots(each))
            for survivor, each in reversed(made):
                try:
                    undo(survivor, each)
                except CannotUndoError:
                    return
                nothing_differs()
            assert sum(amount for each in people for amount, _days in lots(each)) == total


def random_customer(shop: Shop, other: int, chance: random.Random) -> int:
    tags = [(key, chance.choice("xyz")) for key in "abc" if chance.random() < 0.6]
    digits = chance.randrange(10**8)
    phone = f"+3806{digits:08d}" if chance.random() < 0.8 else ""
    cards = [f"{chance.randrange(10**12)}" for _each in range(chance.randrange(3))]
    email = chance.choice(("", f"{digits}@k.ua"))
    customer = add_customer(f"N{digits}", "K", phone, email=email, cards=cards, tags=tags, access=Access.FULL)
    for _each in range(chance.randrange(4)):
        add_points(customer, chance.randrange(1, 3_000), days=chance.choice((None, 1, 5, 30)))
    for _each in range(chance.randrange(4)):
        sold(shop, customer, chance.randrange(100, 9_999), program_id=chance.choice((shop.program, other)))
    return customer


def act(shop: Shop, other: int, survivor: int, people: list[int], chance: random.Random) -> None:
    kind = chance.choice(("sell", "redeem", "cancel", "cancel", "expire"))
    if kind == "expire":
        expire_lots()
    elif kind == "cancel":
        mine = select(Transaction.id).where(Transaction.customer_id.in_(people)).order_by(Transaction.id)
        sales = db.session.scalars(mine).all()
        try:
            if sales:
                with db.session.begin_nested():
                    cancel(shop, chance.choice(sales))
        except (AlreadyCancelledError, MissingError):
            pass
    else:
        points = chance.randrange(1, 20) * 100 if kind == "redeem" else 0
        try:
            with db.session.begin_nested():
                sold(shop, survivor, 5_000, points, program_id=chance.choice((shop.program, other)))
        except RefusedError:
            pass
