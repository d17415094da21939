"""Points added and removed by hand, with a reason (CT-12, CP-2, PR-3)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.audit import AuditEntry
from app.businesses.queries import own_business
from app.customers.queries import customer_to_erase
from app.customers.services.erasing import Reason, erase_customer
from app.extensions import db
from app.ledger.check import faults
from app.ledger.models import Balance, Entry, EntryKind, Lot
from app.ledger.services import Credit, post
from app.transactions.models import Kind, Transaction
from tests.browsing import form_to, send, submit, text_of
from tests.factories import add_account, add_customer, add_points
from tests.people import Shop, Town


@pytest.fixture
def customer(town: Town) -> int:
    with town.kavalier.work():
        number = add_customer(point_of_sale=town.kavalier.franchised_place)
        add_points(number, 5_000)
    return number


def page(customer: int) -> str:
    return f"/customers/{customer}/points-adjustment"


def said(shop: Shop, **more: str) -> dict[str, str]:
    asked = {"way": "add", "wallet": str(shop.wallet), "amount": "12.50", "terminal": str(shop.own_terminal)}
    return asked | {"reason": "A cold coffee"} | more


def balance(shop: Shop, customer: int) -> int:
    with shop.work():
        assert faults() == []
        return db.session.get_one(Balance, (shop.id, shop.wallet, customer)).amount


def test_what_is_added_is_a_lot_a_line_of_the_log_and_of_the_audit_log(town: Town, customer: int) -> None:
    shop, anna = town.kavalier, town.browser(town.anna)
    answer = submit(anna, page(customer), said(shop, valid_days="30"))
    assert (answer.status_code, answer.location) == (303, f"/customers/{customer}/loyalty-history")
    assert balance(shop, customer) == 6_250
    with shop.work():
        lot = db.session.scalars(select(Lot).order_by(Lot.id.desc())).first()
        assert lot is not None
        assert (lot.remaining, lot.expires_at is not None) == (1_250, True)
        line = db.session.scalars(select(Transaction)).one()
        assert (line.kind, line.points_earned, line.user_id) == (Kind.CREDIT, 1_250, town.anna.id)
        said_so = select(AuditEntry.action).where(AuditEntry.subject_kind == "customer")
        assert list(db.session.scalars(said_so)) == ["customer.adjust"]
    history = text_of(anna.get(f"/customers/{customer}/loyalty-history"))
    assert "+12.50" in history


def test_what_is_removed_leaves_by_the_soonest_lot(town: Town, customer: int) -> None:
    shop = town.kavalier
    submit(town.browser(town.olha), page(customer), said(shop, way="remove"))
    assert balance(shop, customer) == 3_750
    with shop.work():
        entry = db.session.scalars(select(Entry).order_by(Entry.id.desc())).first()
        assert entry is not None
        assert (entry.kind, entry.note) == (EntryKind.REMOVED, "A cold coffee")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"way": "remove", "amount": "50.01"}, "There are 0.01 too few"),
        ({"amount": "0"}, "Enter an amount above 0."),
        ({"amount": "-5"}, "An amount cannot be below 0."),
        ({"amount": "1.005"}, "Enter an amount such as"),
        ({"amount": ""}, "Enter how much."),
        ({"reason": " "}, "Enter a reason."),
        ({"valid_days": "0"}, "from 1 to 3,650"),
        ({"terminal": "999"}, "Not a valid choice"),
    ],
)
def test_what_cannot_be_is_said_beside_it(town: Town, customer: int, changed: dict[str, str], words: str) -> None:
    shop, anna = town.kavalier, town.browser(town.anna)
    answer = submit(anna, page(customer), said(shop, **changed))
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert balance(shop, customer) == 5_000


@pytest.mark.parametrize("currency", ["UAH", "KWD", "JPY"])
def test_points_are_read_in_hundredths_whatever_the_currency(town: Town, customer: int, currency: str) -> None:
    """LP-1, CP-2: with three digits nothing is cut off, and with none a hundredth can still be removed."""
    shop, anna = town.kavalier, town.browser(town.anna)
    with shop.work():
        own_business().currency = currency
    for amount in ("0.005", "0.019"):
        answer = submit(anna, page(customer), said(shop, amount=amount))
        assert answer.status_code == 422
        assert "2 behind the decimal sign" in text_of(answer)
    assert submit(anna, page(customer), said(shop, amount="0.02")).status_code == 303
    assert submit(anna, page(customer), said(shop, amount="0.01", way="remove")).status_code == 303
    assert balance(shop, customer) == 5_001


@pytest.mark.parametrize(
    ("currency", "amount", "wrong", "missing"),
    [("KWD", "0.005", "0.0005", "0.001"), ("JPY", "12", "0.5", "1"), ("UAH", "0.05", "0.005", "0.01")],
)
def test_money_is_read_as_its_currency_counts(
    town: Town, customer: int, currency: str, amount: str, wrong: str, missing: str
) -> None:
    """LP-4."""
    shop, anna = town.kavalier, town.browser(town.anna)
    with shop.work():
        own_business().currency = currency
        account = add_account("Gift account")
        post(customer, [Credit(account, EntryKind.ADDED, "a gift", amount=1)])
        units = {"KWD": 5, "JPY": 12, "UAH": 5}[currency]
    asked = said(shop, wallet=str(account))
    assert submit(anna, page(customer), asked | {"amount": wrong}).status_code == 422
    refused = submit(anna, page(customer), asked | {"amount": missing.replace("1", "2"), "way": "remove"})
    assert f"There are {missing} too few" in text_of(refused)
    assert submit(anna, page(customer), asked | {"amount": amount}).status_code == 303
    with shop.work():
        assert db.session.get_one(Balance, (shop.id, account, customer)).amount == 1 + units


def test_a_location_operator_adds_at_its_own_terminals_alone(town: Town, customer: int) -> None:
    """PR-3."""
    shop, boris = town.kavalier, town.browser(town.boris)
    assert submit(boris, page(customer), said(shop)).status_code == 422
    assert submit(boris, page(customer), said(shop, terminal=str(shop.franchised_terminal))).status_code == 303
    assert balance(shop, customer) == 6_250


def test_another_business_and_the_accountant_do_not(town: Town, customer: int, client: FlaskClient) -> None:
    assert town.browser(town.oleg).get(page(customer)).status_code == 404
    assert town.browser(town.vera).get(page(customer)).status_code == 403


def test_who_is_erased_meanwhile_gets_nothing(town: Town, customer: int) -> None:
    """CP-8: nothing is written about it any more, a reason least of all."""
    shop, anna = town.kavalier, town.browser(town.anna)
    form = form_to(anna.get(page(customer)), page(customer))
    with ThreadPoolExecutor(1) as pool:
        with shop.work():
            erase_customer(customer_to_erase(customer), str(customer), Reason.REQUEST)
            answer = pool.submit(send, anna, form, said(shop))
            assert not wait([answer], timeout=1).done
        assert answer.result(timeout=10).status_code == 404
    assert balance(shop, customer) == 5_000
    with shop.work():
        assert list(db.session.scalars(select(AuditEntry.action))).count("customer.adjust") == 0
