"""PINs for redeeming many points: bound, counted before they are compared, used once (TE-3, RELIABILITY)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.extensions import db
from app.lib import dates
from app.messaging.models import Message, MessageKind
from app.transactions.models import Pin
from app.transactions.services import (
    Basket,
    BasketLine,
    PinLimitError,
    PinOverError,
    SentPin,
    WrongPinError,
    check_pin,
    quote,
    send_pin,
)
from tests.factories import add_customer, add_points
from tests.people import Shop, Town


@pytest.fixture
def basket(town: Town) -> Basket:
    shop = town.kavalier
    with shop.work():
        customer = add_customer()
        add_points(customer, 9_000)
    return Basket(customer, shop.program, shop.own_terminal, (BasketLine("Coffee", 10_000),), points=5_000)


def send(shop: Shop, basket: Basket) -> SentPin:
    with shop.work():
        return send_pin(quote(basket))


def wrong(pin: SentPin) -> str:
    return f"{(int(pin.code) + 1) % 10**6:06d}"


def test_the_code_opens_its_basket_once(town: Town, basket: Basket) -> None:
    shop = town.kavalier
    pin = send(shop, basket)
    assert len(pin.code) == 6
    with shop.work():
        check_pin(pin.id, pin.code, basket)
    with shop.work(), pytest.raises(PinOverError):
        check_pin(pin.id, pin.code, basket)


def test_another_amount_customer_terminal_or_basket_is_not_opened(town: Town, basket: Basket) -> None:
    shop = town.kavalier
    pin = send(shop, basket)
    others = (
        replace(basket, points=5_001),
        replace(basket, terminal_id=shop.franchised_terminal),
        replace(basket, customer_id=basket.customer_id + 1),
        replace(basket, lines=(BasketLine("Coffee", 10_001),)),
    )
    for other in others:
        with shop.work(), pytest.raises(PinOverError):
            check_pin(pin.id, pin.code, other)
    with shop.work():
        check_pin(pin.id, pin.code, basket)


def test_five_wrong_tries_end_it_even_when_the_work_is_given_up(town: Town, basket: Basket) -> None:
    shop = town.kavalier
    pin = send(shop, basket)
    left = []
    for _each in range(5):
        with pytest.raises(WrongPinError) as raised, shop.work():
            check_pin(pin.id, wrong(pin), basket)
        left.append(raised.value.tries_left)
    assert left == [4, 3, 2, 1, 0]
    with shop.work(), pytest.raises(PinOverError):
        check_pin(pin.id, pin.code, basket)


@pytest.mark.parametrize("guesses", [40, pytest.param(10_000, marks=pytest.mark.faults)])
def test_at_most_five_of_many_guesses_at_once_are_compared(town: Town, basket: Basket, guesses: int) -> None:
    """RELIABILITY: PIN guessing."""
    shop = town.kavalier
    pin = send(shop, basket)

    def guess(_number: int) -> str:
        try:
            with shop.work():
                check_pin(pin.id, wrong(pin), basket)
        except (WrongPinError, PinOverError) as error:
            return type(error).__name__
        return "right"

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(guess, range(guesses)))
    assert answers.count("WrongPinError") == 5
    assert answers.count("PinOverError") == guesses - 5


def test_it_lives_five_minutes_and_a_new_one_ends_it(town: Town, basket: Basket) -> None:
    shop = town.kavalier
    first, second = send(shop, basket), send(shop, basket)
    with shop.work(), pytest.raises(PinOverError):
        check_pin(first.id, first.code, basket)
    with shop.work():
        pin = db.session.get_one(Pin, (shop.id, second.id))
        assert timedelta(minutes=4) < pin.expires_at - dates.now() <= timedelta(minutes=5)
        pin.expires_at = dates.now()
    with shop.work(), pytest.raises(PinOverError):
        check_pin(second.id, second.code, basket)


def test_twenty_failures_of_a_customer_in_a_day_are_enough(town: Town, basket: Basket) -> None:
    shop = town.kavalier
    for _each in range(4):
        pin = send(shop, basket)
        for _try in range(5):
            with shop.work(), pytest.raises(WrongPinError):
                check_pin(pin.id, wrong(pin), basket)
    with shop.work(), pytest.raises(PinLimitError):
        send_pin(quote(basket))
    with shop.work():
        db.session.execute(update(Pin).values(created_at=dates.now() - timedelta(days=2)))
    assert send(shop, basket)


def test_ten_that_nobody_used_in_a_day_are_enough(town: Town, basket: Basket) -> None:
    """TE-3: nobody's phone is flooded, at the business's cost; those that were used count no more."""
    shop = town.kavalier
    used = send(shop, basket)
    with shop.work():
        check_pin(used.id, used.code, basket)
    for _each in range(10):
        send(shop, basket)
    with shop.work(), pytest.raises(PinLimitError):
        send_pin(quote(replace(basket, terminal_id=shop.franchised_terminal)))
    with shop.work():
        db.session.execute(update(Pin).values(created_at=dates.now() - timedelta(days=2)))
    assert send(shop, basket)


def test_the_message_of_a_pin_does_not_hold_it(town: Town, basket: Basket) -> None:
    """MS-2."""
    shop = town.kavalier
    pin = send(shop, basket)
    with shop.work():
        message = db.session.scalars(select(Message).where(Message.kind == MessageKind.PIN)).one()
        assert (message.text, message.dedupe_key) == ("", f"pin:{pin.id}")
        kept = db.session.get_one(Pin, (shop.id, pin.id))
        assert pin.code.encode() not in kept.code_hash
