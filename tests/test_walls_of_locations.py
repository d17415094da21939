"""What a location operator sees: its own points of sale, and who bought or registered there (PR-3)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import ProgrammingError

from app import audit
from app.audit import AuditEntry
from app.businesses.models import Franchisee, PointOfSale, StatsScope, Terminal
from app.customers.models import (
    Answer,
    Card,
    Consent,
    ConsentKind,
    Customer,
    CustomerSearch,
    CustomerStats,
    Enrolment,
    Segment,
    Tag,
)
from app.extensions import db
from app.ledger.models import Balance, Entry, Lot, LotUse
from app.lib import dates
from app.loyalty.models import Good
from app.messaging.models import Channel, Direction, Message
from app.offers.models import CustomerOffer
from app.transactions.models import CustomerGood, Transaction, TransactionLine
from tests.browsing import submit
from tests.factories import (
    add_answer,
    add_customer,
    add_franchisee,
    add_good,
    add_message,
    add_offer,
    add_points,
    add_question,
    add_sale,
    give_offer,
    segment_row,
)
from tests.people import Town


class TestLocations:
    @pytest.fixture
    def stock(self, town: Town) -> dict[str, int]:
        """Customers who bought at the franchisee's place, only registered there, or have nothing to do with it."""
        shop = town.kavalier
        with shop.work():
            buyer = add_customer("Iryna", "Buyer", "+380670000001", cards=["1"], tags=[("a", "1")])
            newcomer = add_customer("Iryna", "Newcomer", "+380670000002", point_of_sale=shop.franchised_place)
            stranger = add_customer(
                "Iryna", "Stranger", "+380670000003", cards=["3"], tags=[("a", "3")], point_of_sale=shop.own_place
            )
            question = add_question("Favourite drink")
            for customer in (buyer, stranger):
                add_answer(customer, question, words=str(customer))
                db.session.add(
                    Consent(
                        business_id=shop.id, customer_id=customer, kind=ConsentKind.SMS, granted=False, at=dates.now()
                    )
                )
            for customer, terminal, amount in (
                (buyer, shop.franchised_terminal, 100),
                (buyer, shop.own_terminal, 900),
                (stranger, shop.own_terminal, 500),
            ):
                add_sale(customer, terminal, amount)
                add_points(customer, amount, terminal_id=terminal)
        return {"buyer": buyer, "newcomer": newcomer, "stranger": stranger}

    def seen(self, town: Town, column: Any) -> set[Any]:
        with town.kavalier.work(town.boris):
            return set(db.session.scalars(select(column)))

    def test_an_operator_sees_who_bought_or_registered_there(self, town: Town, stock: dict[str, int]) -> None:
        """PR-3: customers, and all that hangs on them, of its own points of sale alone."""
        own = {stock["buyer"], stock["newcomer"]}
        assert self.seen(town, Customer.id) == own
        assert self.seen(town, CustomerSearch.customer_id) == own
        assert self.seen(town, Enrolment.customer_id) == own
        assert self.seen(town, Balance.customer_id) == own
        assert self.seen(town, Card.number) == {"1"}
        assert self.seen(town, Tag.value) == {"1"}
        assert self.seen(town, Answer.customer_id) == {stock["buyer"]}
        assert self.seen(town, Consent.customer_id) == {stock["buyer"]}
        assert self.seen(town, Lot.customer_id) == {stock["buyer"]}

    def test_an_operator_sees_what_happened_there(self, town: Town, stock: dict[str, int]) -> None:
        """PR-3: sales, their lines and movements of points elsewhere do not exist for it."""
        assert self.seen(town, Transaction.gross) == {100}
        assert self.seen(town, TransactionLine.gross) == {100}
        assert self.seen(town, Entry.amount) == {100}
        with town.kavalier.work():
            lots = db.session.execute(select(Lot.entry_id, Lot.id, Lot.amount)).all()
            db.session.add_all(
                LotUse(business_id=town.kavalier.id, entry_id=entry, lot_id=lot, amount=amount)
                for entry, lot, amount in lots
            )
        assert self.seen(town, LotUse.amount) == {100}

    def test_an_operator_sees_messages_of_its_places_and_of_the_brand(self, town: Town, stock: dict[str, int]) -> None:
        """PR-3: to its own customers alone; what the platform and the brand write to each other is not its."""
        shop = town.kavalier
        with shop.work():
            for customer in ("buyer", "stranger"):
                add_message(stock[customer], f"brand to {customer}")
                add_message(stock[customer], f"Podil to {customer}", point_of_sale_id=shop.franchised_place)
                add_message(stock[customer], f"Pechersk to {customer}", point_of_sale_id=shop.own_place)
            add_message(None, "Your act is ready", direction=Direction.IN, channel=Channel.PANEL)
        assert self.seen(town, Message.text) == {"brand to buyer", "Podil to buyer"}

    def test_an_operator_sees_offers_that_were_not_redeemed_elsewhere(self, town: Town, stock: dict[str, int]) -> None:
        """PR-3: what its own customers hold, and what they redeemed at its places."""
        shop = town.kavalier
        places = {"redeemed_point_of_sale_id": shop.franchised_place}, {"redeemed_point_of_sale_id": shop.own_place}
        with shop.work():
            given = [
                give_offer(stock[customer], add_offer(), **({"redeemed_at": dates.now()} | where if where else {}))
                for customer in ("buyer", "stranger")
                for where in (None, *places)
            ]
        assert self.seen(town, CustomerOffer.id) == set(given[:2])

    def test_an_operator_sees_goods_that_were_bought_at_its_places(self, town: Town, stock: dict[str, int]) -> None:
        """PR-3: the goods are the brand's; who bought them is told of its own places alone."""
        shop = town.kavalier
        with shop.work():
            goods = [add_good("Tea"), add_good("Rye loaf")]
            add_sale(stock["buyer"], shop.franchised_terminal, 100, goods=goods[:1])
            add_sale(stock["buyer"], shop.own_terminal, 100, goods=goods[1:])
            add_sale(stock["stranger"], shop.own_terminal, 100, goods=goods)
        assert self.seen(town, Good.id) == set(goods)
        assert self.seen(town, CustomerGood.customer_id) == {stock["buyer"]}
        assert self.seen(town, CustomerGood.good_id) == set(goods[:1])

    def test_an_operator_sees_figures_of_its_places_alone(self, town: Town, stock: dict[str, int]) -> None:
        """PR-3: a figure over all places, or over another's, is in no row it can read."""
        assert self.seen(town, CustomerStats.amount) == {100, 0}
        owners = self.seen(town, StatsScope.owner_franchisee_id)
        assert owners == {town.kavalier.franchisee}
        assert self.seen(town, CustomerStats.scope_id) <= self.seen(town, StatsScope.id)

    def test_the_size_of_a_sample_is_told_within_the_walls_alone(self, town: Town, stock: dict[str, int]) -> None:
        """PR-1, PR-3: counted past the policies for speed, so each scope is judged by itself."""
        with town.kavalier.work():
            owners = dict(db.session.execute(select(StatsScope.id, StatsScope.owner_franchisee_id)).all())
            kept = dict(db.session.execute(select(CustomerStats.scope_id, func.count()).group_by("scope_id")).all())
            assert self.sizes(owners) == {scope: kept.get(scope, 0) for scope in owners}
        with town.kavalier.work(town.boris):
            assert self.sizes(owners) == {
                scope: kept.get(scope, 0) if owner == town.kavalier.franchisee else 0 for scope, owner in owners.items()
            }
        with town.teremok.work():
            assert set(self.sizes(owners).values()) == {0}

    def sizes(self, scopes: Iterable[int]) -> dict[int, int]:
        return {scope: db.session.execute(select(func.sample_size(scope, 0))).scalar_one() for scope in scopes}

    def test_an_operator_sees_its_own_places(self, town: Town) -> None:
        """PR-2, PR-3."""
        assert self.seen(town, PointOfSale.id) == {town.kavalier.franchised_place}
        assert self.seen(town, Terminal.id) == {town.kavalier.franchised_terminal}
        assert self.seen(town, Franchisee.id) == {town.kavalier.franchisee}

    def test_an_operator_reads_the_brands_segments_and_writes_its_own(self, town: Town) -> None:
        """PR-3, CT-9: the database refuses what no page offers, and knows nothing of other franchisees'."""
        shop = town.kavalier
        with shop.work():
            owners = {"Brand": None, "Own": shop.franchisee, "Other": add_franchisee("Obolon Partners")}
            for name, owner in owners.items():
                db.session.add(segment_row(shop.id, name, owner))
        assert self.seen(town, Segment.name) == {"Brand", "Own"}
        with town.kavalier.work(town.boris):
            for name, number in (("Brand", 0), ("Other", 0), ("Own", 1)):
                change = update(Segment).where(Segment.name == name).values(version=2)
                assert len(db.session.execute(change.returning(Segment.id)).all()) == number, name
        for owner in (None, owners["Other"]):
            with pytest.raises(ProgrammingError, match="row-level security"), shop.work(town.boris):
                db.session.add(segment_row(shop.id, "New", owner))

    def test_an_operator_finds_nobody_by_searching(self, town: Town, stock: dict[str, int]) -> None:
        """PR-3: the search crosses the policy for speed, so what it finds is joined to what may be seen."""
        boris, anna = town.browser(town.boris), town.browser(town.anna)
        for browser, found in ((anna, True), (boris, False)):
            page = submit(
                browser, "/customers", {"text": "Stranger"}, action="/customers/searches", follow_redirects=True
            )
            assert (f'href="/customers/{stock["stranger"]}"' in page.text) is found

    def test_what_an_operator_does_is_in_the_audit_log(self, town: Town) -> None:
        """PR-4: its line follows from the whole business's chain, which it cannot read."""
        with town.kavalier.work(town.boris):
            audit.record("test", audit.Subject("franchisee", town.kavalier.franchisee), {"name": ("a", "b")})
        with town.kavalier.work():
            newest = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
            assert newest is not None
            assert newest.user_id == town.boris.id
            assert audit.first_broken_entry() is None

    def test_the_chain_holds_in_every_time_zone(self, town: Town) -> None:
        """PR-4: what a server's zone is has no part in the hashes."""
        with town.kavalier.work():
            assert db.session.scalars(select(AuditEntry)).all()
            db.session.expire_all()
            db.session.execute(text("SET LOCAL TimeZone = 'Asia/Tokyo'"))
            assert audit.first_broken_entry() is None

    def test_an_operator_reads_no_audit_lines_of_others(self, town: Town, stock: dict[str, int]) -> None:
        assert self.seen(town, AuditEntry.user_id) <= {town.boris.id}
