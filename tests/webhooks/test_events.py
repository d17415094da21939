"""Events are written in the transaction of their cause, for addresses that listen alone (AP-1)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import get_args, get_type_hints

import psycopg
from sqlalchemy import select

from app.customers.details import Details
from app.customers.models import Customer
from app.customers.queries import customer_to_change
from app.customers.services.changing import change_customer
from app.customers.services.creating import create_customer
from app.customers.services.erasing import Reason, erase_customer
from app.customers.services.merging import hold_pair, merge_customers
from app.customers.services.unmerging import merge_to_undo, undo_merge
from app.db import rollback
from app.extensions import db
from app.ledger.models import EntryKind
from app.ledger.services.many import Many, credit_many
from app.transactions.models import Transaction
from app.transactions.services import cancel_sale, sell
from app.webhooks.models import Delivery, Event
from app.webhooks.queries import endpoint_named
from app.webhooks.services.bodies import BODIES, MovementTold
from app.webhooks.services.claiming import body_of
from app.webhooks.services.endpoints import disable, remove, send_test
from tests.factories import add_customer, add_points
from tests.people import Shop, Town
from tests.transactions.test_selling import basket
from tests.webhooks.receiving import add_endpoint, items, told


class TestCustomers:
    def test_registered_changed_and_erased(self, town: Town, endpoint: int) -> None:
        """AP-1: with numbers alone, never who it is."""
        shop = town.kavalier
        with shop.work(town.anna):
            number = create_customer(Details(first_name="Iryna", phone="+380671112233"), shop.own_place)
        with shop.work(town.anna):
            change_customer(customer_to_change(number), Details(first_name="Irena", phone="+380671112233"))
        with shop.work(town.anna):
            erase_customer(customer_to_change(number), "2233", Reason.REQUEST)
        with shop.work():
            assert items(Event.CUSTOMER_CREATED) == [{"customer_id": number, "point_of_sale_id": shop.own_place}]
            assert items(Event.CUSTOMER_UPDATED) == [{"customer_id": number}]
            assert items(Event.CUSTOMER_ERASED) == [{"customer_id": number}]
            assert "Ir" not in str([each.items for each in told()])

    def test_merged_and_taken_apart_again(self, town: Town, endpoint: int) -> None:
        shop = town.kavalier
        with shop.work(town.anna):
            stays, goes = add_customer(), add_customer()
            merge = merge_customers(*hold_pair(stays, goes), set())
        with shop.work(town.anna):
            undo_merge(*merge_to_undo(stays, merge))
        with shop.work():
            merged = [(each["customer_id"], each["merged_into"]) for each in items(Event.CUSTOMER_MERGED)]
            assert merged == [(goes, stays), (goes, None)]

    def test_what_no_form_shows_is_not_told(self, town: Town, endpoint: int) -> None:
        """As that the app was installed, or that a sale confirmed taking part."""
        with town.kavalier.work():
            number = add_customer()
        with town.kavalier.work():
            db.session.get_one(Customer, (town.kavalier.id, number)).app_installed = True
        with town.kavalier.work():
            assert told(Event.CUSTOMER_UPDATED) == []


class TestSales:
    def test_made_and_cancelled(self, town: Town, endpoint: int) -> None:
        shop = town.kavalier
        with shop.work():
            customer = add_customer()
            add_points(customer, 2_000)
            number = sell(basket(shop, customer, 10_000, points=1_500), pin_checked=True).transaction_id
        with shop.work():
            (sale,) = items(Event.SALE_CREATED)
            assert sale["sale_id"] == number
            assert (sale["customer_id"], sale["program_id"]) == (customer, shop.program)
            assert (sale["point_of_sale_id"], sale["terminal_id"]) == (shop.own_place, shop.own_terminal)
            assert (sale["amount"], sale["discount"], sale["points_paid"]) == (10_000, 0, 1_500)
            assert (sale["points_earned"], sale["source"]) == (0, "store")
            spent = items(Event.BALANCE_CHANGED)[-1]
            assert (spent["kind"], spent["amount"], spent["balance"]) == ("spent", -1_500, 500)
            assert (spent["customer_id"], spent["transaction_id"]) == (customer, number)
        with shop.work(town.anna):
            cancel_sale(db.session.get_one(Transaction, (shop.id, number)))
        with shop.work():
            assert items(Event.SALE_CANCELLED) == [{"sale_id": number, "customer_id": customer}]
            assert items(Event.BALANCE_CHANGED)[-1]["kind"] == "reversed"

    def test_a_sale_that_is_given_up_is_not_told(self, town: Town, endpoint: int) -> None:
        """RELIABILITY: written in the transaction of its cause, or not at all."""
        shop = town.kavalier
        with shop.work():
            customer = add_customer()
        with shop.work():
            sell(basket(shop, customer, 10_000))
            rollback()
        with shop.work():
            assert told(Event.SALE_CREATED) == []

    def test_who_may_not_see_webhooks_is_heard_all_the_same(self, town: Town, endpoint: int) -> None:
        """PR-3: a salesperson and a location operator make sales and customers like others."""
        shop = town.kavalier
        with shop.work():
            customer = add_customer(point_of_sale=shop.franchised_place)
        with shop.work(town.sasha):
            sell(basket(shop, customer, 10_000, terminal_id=shop.franchised_terminal))
        with shop.work(town.boris):
            create_customer(Details(first_name="Petro"), shop.franchised_place)
        with shop.work():
            assert len(items(Event.SALE_CREATED)) == 1
            assert len(items(Event.CUSTOMER_CREATED)) == 2


def credit(shop: Shop, customers: list[int], key: str) -> None:
    """As a chunk of a bulk credit does."""
    many = Many(shop.wallet, customers, EntryKind.ADDED, key)
    credit_many(many, 500, [0] * len(customers))


class TestMany:
    def test_what_one_statement_changes_is_one_event(self, town: Town, endpoint: int) -> None:
        """A bulk credit of many writes an event for hundreds, not one for each."""
        shop = town.kavalier
        with shop.work():
            customers = [add_customer() for _each in range(30)]
            credit(shop, customers, "batch:1")
        with shop.work():
            (event,) = told(Event.BALANCE_CHANGED)
            assert [each["customer_id"] for each in event.items] == customers
            assert {each["balance"] for each in event.items} == {500}

    def test_of_more_than_five_hundred_there_are_several(
        self, town: Town, endpoint: int, superuser: psycopg.Connection
    ) -> None:
        shop = town.kavalier
        superuser.execute(
            "INSERT INTO customer (business_id, registered_at) SELECT %s, now() FROM generate_series(1, 1201)",
            [shop.id],
        )
        with shop.work():
            events = told(Event.CUSTOMER_CREATED)
            assert [len(each.items) for each in events] == [500, 500, 201]
            assert len({each["customer_id"] for each in items(Event.CUSTOMER_CREATED)}) == 1201
            assert len(db.session.scalars(select(Delivery)).all()) == 3


class TestWhoListens:
    def test_nobody(self, town: Town) -> None:
        """Nothing is written where no address listens: neither for other kinds, nor disabled, removed or foreign."""
        shop = town.kavalier
        with town.teremok.work():
            add_endpoint()
        with shop.work(town.anna):
            add_endpoint("https://example.com/1", Event.SALE_CREATED)
            for number, end in enumerate((disable, remove), start=2):
                end(endpoint_named(add_endpoint(f"https://example.com/{number}").id, held=True))
        with shop.work():
            add_points(add_customer(), 500)
        with shop.work():
            assert told() == []

    def test_each_of_several_for_itself(self, town: Town) -> None:
        """One row of the event, and a delivery for each that chose it."""
        shop = town.kavalier
        with shop.work():
            of_all, of_customers = add_endpoint().id, add_endpoint("https://e.com", Event.CUSTOMER_CREATED).id
            add_points(add_customer(), 500)
        with shop.work():
            assert [each.event for each in told()] == [Event.CUSTOMER_CREATED, Event.BALANCE_CHANGED]
            deliveries = db.session.execute(select(Delivery.endpoint_id, Delivery.event)).all()
            assert sorted(map(tuple, deliveries)) == [
                (of_all, Event.CUSTOMER_CREATED),
                (of_all, Event.BALANCE_CHANGED),
                (of_customers, Event.CUSTOMER_CREATED),
            ]


def test_every_event_is_sent_as_the_document_says(town: Town, endpoint: int) -> None:
    """AP-1: what programs read of events is what the database writes."""
    shop = town.kavalier
    with shop.work(town.anna):
        send_test(endpoint_named(endpoint, held=True))
        number = create_customer(Details(first_name="Iryna", phone="+380671112233"), None)
        change_customer(customer_to_change(number), Details(first_name="Irena", phone="+380671112233"))
        sale = sell(basket(shop, number, 10_000)).transaction_id
        add_points(number, 500)
        cancel_sale(db.session.get_one(Transaction, (shop.id, sale)))
        merge_customers(*hold_pair(add_customer(), number), set())
    with shop.work(town.anna):
        other = create_customer(Details(first_name="Petro", phone="+380671112244"), None)
        erase_customer(customer_to_change(other), "2244", Reason.OTHER)
    with shop.work():
        assert set(BODIES) == set(Event)
        for event, body in BODIES.items():
            found = told(event)
            assert found, event.type
            for each in found:
                read = body.model_validate_json(body_of(each))
                assert json.loads(read.model_dump_json())["data"]["items"] == each.items
        assert max(each.at for each in told()) - min(each.at for each in told()) < timedelta(minutes=1)


def test_every_kind_of_movement_is_named() -> None:
    kinds = get_args(get_type_hints(MovementTold)["kind"])
    assert list(kinds) == [kind.name.lower() for kind in EntryKind]
