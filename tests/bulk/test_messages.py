"""Messages of bulk actions: previewed to the last SMS, written once, never dearer than quoted (BA-1, BA-5, BA-6)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, update

from app.billing.models import Charge
from app.billing.services import Prices, set_tariff, top_up
from app.bulk.models import Batch, BatchItem, ItemState
from app.bulk.services.steering import TooLongError
from app.customers.models import Consent, ConsentKind, Customer
from app.extensions import db
from app.ledger.models import EntryKind
from app.ledger.services import Credit, post
from app.lib import dates
from app.loyalty.models import Access, Program
from app.messaging.models import Channel, Message, MessageKind, MessageStatus, Outbox
from tests.bulk.batches import became, confirm, do, foreseen, preview, run, undo
from tests.factories import add_account, add_customer
from tests.messaging.pipeline import send
from tests.people import Shop, Town


@pytest.fixture
def shop(town: Town) -> Shop:
    """With a tariff, and a balance that pays for everything."""
    with town.kavalier.work():
        set_tariff(Prices(0, 0, 80, 50))
        top_up(1_000_000, "one")
    return town.kavalier


def values(shop: Shop, channel: str = "sms", **more: Any) -> dict[str, Any]:
    said = {
        "program": shop.program,
        "channel": channel,
        "titles": {},
        "texts": {"en": "Hi {first_name}!"},
        "ends": None,
    }
    return {**said, **more}


def crediting(shop: Shop, **more: Any) -> dict[str, Any]:
    place = {"program": shop.program, "terminal": shop.own_terminal, "note": ""}
    return {**place, "amount": 2_500, "special": False, "valid_days": None, "texts": {}, **more}


def people(shop: Shop, *names: str, **more: Any) -> list[int]:
    """Of as many phones, all of whom confirmed that they take part."""
    with shop.work():
        said = [{"phone": f"+38067000000{place}", "confirmed": True, **more} for place in range(len(names))]
        found = [add_customer(name, "", **each) for name, each in zip(names, said, strict=True)]
        db.session.execute(update(Customer).where(Customer.id.in_(found)).values(language="en"))
        return found


def quoted(shop: Shop, number: int) -> dict[str, Any]:
    with shop.work():
        said = db.session.get_one(Batch, (shop.id, number)).foreseen["message"]
        return {str(key): value for key, value in said.items()}


def written(shop: Shop) -> list[Message]:
    """To customers: the note in the inbox is the business's."""
    with shop.work():
        told = select(Message).where(Message.customer_id.is_not(None))
        found = list(db.session.scalars(told.order_by(Message.customer_id, Message.id)))
        db.session.expunge_all()
        return found


def notify(shop: Shop, how: str) -> None:
    with shop.work():
        db.session.execute(update(Program).values(notifications=how))


def test_a_message_to_each_in_its_words(town: Town, shop: Shop) -> None:
    """BA-1: filled for each, counted before, written once; who has an empty variable is counted and named."""
    customers = people(shop, "Ann", "", "Ян")
    number = preview(shop, town.anna, "message", values(shop), customers)
    said = quoted(shop, number)
    assert (said["price"], said["routes"], said["lacking"]) == (80, {"sms": [3, 3]}, 1)
    assert said["lacks"] == {"first_name": 1}
    with shop.work():
        assert list(db.session.scalars(select(BatchItem.customer_id).where(BatchItem.lacks == "first_name"))) == [
            customers[1]
        ]
    confirm(shop, town.anna, number)
    run(shop, number)
    assert became(shop, number) == {"done": 3}
    texts = [each.text for each in written(shop)]
    assert texts == ["Kavalier Club: Hi Ann!", "Kavalier Club: Hi !", "Kavalier Club: Hi Ян!"]
    assert {(each.kind, each.quoted, each.dedupe_key) for each in written(shop)} == {
        (MessageKind.BULK, 80, f"batch:{number}:{each}") for each in customers
    }


def test_who_cannot_be_reached_is_skipped_with_the_reason(town: Town, shop: Shop) -> None:
    """BA-1, BA-11: no address, opted out, no consent, blacklisted, no access: each by its own reason."""
    customers = people(shop, "Ann", "Ben", "Cat")
    with shop.work():
        for each, kind in zip(customers, (ConsentKind.SMS, ConsentKind.PROCESSING), strict=False):
            db.session.add(Consent(business_id=shop.id, customer_id=each, kind=kind, granted=False, at=dates.now()))
        nowhere = add_customer("Dan", confirmed=True)
        barred = add_customer("Eve", phone="+380670000008", access=Access.BLACKLISTED)
        waiting = add_customer("Fay", phone="+380670000009", access=Access.NONE)
    number = preview(shop, town.anna, "message", values(shop), [*customers, nowhere, barred, waiting])
    said = {"done": 1, "opted_out": 1, "no_consent": 2, "no_address": 1, "blacklisted": 1}
    assert foreseen(shop, number) == said
    confirm(shop, town.anna, number)
    run(shop, number)
    assert became(shop, number) == said
    assert [each.customer_id for each in written(shop)] == [customers[2]]


def test_smart_quotes_what_is_due_now_and_at_most(town: Town, shop: Shop) -> None:
    """BA-1, BA-2, BA-3: a push first where there is an app; who has not confirmed is rejected, and costs nothing."""
    by_app, by_sms = people(shop, "Ann", "Ben")
    with shop.work():
        db.session.execute(update(Customer).where(Customer.id == by_app).values(app_installed=True))
        unsure = add_customer("Cat", phone="+380670000009")
    number = preview(shop, town.anna, "message", values(shop, "smart"), [by_app, by_sms, unsure])
    assert quoted(shop, number)["routes"] == {"push_or_sms": [1, 1], "sms": [1, 1], "unconfirmed": [1, 0]}
    confirm(shop, town.anna, number)
    run(shop, number)
    found = {each.customer_id: each for each in written(shop)}
    assert (found[unsure].status, found[unsure].reason) == (MessageStatus.REJECTED, "not_confirmed")
    assert [found[each].channel for each in (by_app, by_sms, unsure)] == [Channel.PUSH, Channel.SMS, Channel.SMS]
    with shop.work():
        smart = select(Outbox.smart).where(Outbox.message_id == found[by_app].id)
        assert db.session.scalar(smart) is True
    send(shop)
    statuses = {each.customer_id: each.status for each in written(shop) if each.channel is Channel.SMS}
    assert statuses[by_sms] is MessageStatus.SENT
    assert statuses[unsure] is MessageStatus.REJECTED
    assert charged(shop) == 80


def charged(shop: Shop) -> int:
    with shop.work():
        return sum(-each.quantity * each.rate for each in db.session.scalars(select(Charge)) if each.rate < 0)


def test_nobody_s_message_costs_more_than_quoted(town: Town, shop: Shop) -> None:
    """BA-1: neither a dearer tariff nor a longer name between preview and sending makes it cost more."""
    customers = people(shop, "Ann", "Ben")
    number = preview(shop, town.anna, "message", values(shop), customers)
    with shop.work():
        set_tariff(Prices(0, 0, 500, 50))
        db.session.execute(update(Customer).where(Customer.id == customers[0]).values(first_name="Ж" * 120))
    confirm(shop, town.anna, number)
    run(shop, number)
    assert [each.segments for each in written(shop)] == [3, 1]
    send(shop)
    assert {each.status for each in written(shop)} == {MessageStatus.SENT}
    assert charged(shop) <= 160
    with shop.work():
        costs = {
            each.subject: -each.quantity * each.rate for each in db.session.scalars(select(Charge)) if each.rate < 0
        }
    assert all(cost <= 80 for cost in costs.values())


def test_a_text_that_is_too_long_for_some_is_refused_with_the_number(town: Town, shop: Shop) -> None:
    """BA-1: more than ten SMS are not sent to anybody."""
    customers = people(shop, "Ann", "Я" * 90)
    number = preview(shop, town.anna, "message", values(shop, texts={"en": "{first_name}" + "x" * 600}), customers)
    assert quoted(shop, number)["long"] == [1, 11]
    with pytest.raises(TooLongError) as refused:
        confirm(shop, town.anna, number)
    assert (refused.value.customers, refused.value.most) == (1, 11)


def test_a_credit_is_told_in_the_customer_s_language(town: Town, shop: Shop) -> None:
    """BA-5: blank text says the points and the balance behind them; the preview knows the balance beforehand."""
    ann, ben = people(shop, "Ann", "Ben")
    with shop.work():
        db.session.execute(update(Customer).where(Customer.id == ben).values(language="uk"))
        post(ann, [Credit(shop.wallet, EntryKind.ADDED, "before", amount=100_000)])
    number = do(shop, town.anna, "credit", crediting(shop), [ann, ben])
    first, second = written(shop)
    assert first.text == "Kavalier Club: you have been credited 25 bonus points, balance 1,025"
    assert second.text == "Kavalier Club: вам нараховано 25 бонусних балів, баланс 25"
    assert (first.point_of_sale_id, first.terminal_id) == (shop.own_place, shop.own_terminal)
    assert quoted(shop, number)["routes"] == {"sms": [2, 2]}
    undo(shop, town.anna, number)
    assert len(written(shop)) == 2


@pytest.mark.parametrize(
    ("how", "channel"), [("sms", Channel.SMS), ("push", Channel.PUSH), ("email", Channel.EMAIL), ("none", None)]
)
def test_the_program_says_how_credits_are_told(town: Town, shop: Shop, how: str, channel: Channel | None) -> None:
    """BA-5: the channel is that of transaction notifications, "do not notify" included."""
    notify(shop, how)
    customers = people(shop, "Ann", app_installed=True, email="ann@example.com")
    number = do(shop, town.anna, "credit", crediting(shop, texts={"en": "Enjoy, {first_name}: {points}"}), customers)
    found = written(shop)
    assert [each.channel for each in found] == ([channel] if channel else [])
    assert ("message" in batch_foreseen(shop, number)) is (channel is not None)
    if channel in (Channel.PUSH, Channel.EMAIL):
        assert (found[0].title, found[0].text) == ("Kavalier Club", "Enjoy, Ann: 25")


def batch_foreseen(shop: Shop, number: int) -> dict[str, Any]:
    with shop.work():
        return dict(db.session.get_one(Batch, (shop.id, number)).foreseen)


def test_points_without_a_message_where_nobody_is_reached(town: Town, shop: Shop) -> None:
    """BA-5: who has no phone gets the points all the same, and nothing is written or charged."""
    with shop.work():
        silent = add_customer("Dan")
    number = do(shop, town.anna, "credit", crediting(shop), [silent])
    assert became(shop, number) == {"done": 1}
    assert quoted(shop, number)["routes"] == {"no_address": [1, 0]}
    assert written(shop) == []


def test_a_replenished_account_is_told_by_its_name_and_unit(town: Town, shop: Shop) -> None:
    """BA-6."""
    customers = people(shop, "Ann")
    with shop.work():
        account = add_account("Gift account")
    said = {"account": account, "amount": 12_000, "terminal": shop.own_terminal, "note": "", "texts": {}}
    do(shop, town.anna, "account", said, customers)
    do(shop, town.anna, "account", said, customers)
    texts = [each.text for each in written(shop)]
    assert texts[0].startswith('Kavalier Club: you have been credited 120.00 UAH to "Gift account", balance 120.00 UAH')
    assert texts[1].endswith("balance 240.00 UAH")


def test_a_draft_from_before_tells_nothing_that_was_not_previewed(town: Town, shop: Shop) -> None:
    customers = people(shop, "Ann")
    number = preview(shop, town.anna, "credit", crediting(shop), customers)
    with shop.work():
        batch = db.session.get_one(Batch, (shop.id, number))
        batch.foreseen = {name: value for name, value in batch.foreseen.items() if name != "message"}
    confirm(shop, town.anna, number)
    run(shop, number)
    assert written(shop) == []
    with shop.work():
        assert db.session.scalar(select(BatchItem.state)) is ItemState.DONE
