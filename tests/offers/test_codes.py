"""Codes: a slip is told from a code, and guessing does not pay (LP-8, TE-4)."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from app.db import GivenUpError, given_up, open_scope, unit_of_work
from app.extensions import db
from app.lib import dates
from app.lib.short_codes import ALPHABET, is_whole, key_of, masked, new_code, spelt
from app.offers.services import Refused, RefusedError, TooManyCodesError, find_code, issue_coupon, issue_coupons
from app.offers.services.gift_cards import make_gift_card
from app.offers.services.guessing import MOST
from app.scope import Scope
from tests.factories import add_customer, add_series
from tests.offers.holding import coupon_of
from tests.people import Shop
from tests.transactions.races import many_connections


def code_for(shop: Shop, customer: int) -> str:
    with shop.work():
        return coupon_of(shop, issue_coupon(add_series(), customer, "test").done[customer]).code


def ask(shop: Shop, code: str, customer: int) -> str:
    """What the Terminal hears: `found`, why not, or `pause`."""
    try:
        with shop.work():
            find_code(code, customer, shop.own_terminal, dates.now())
    except RefusedError as refused:
        return refused.reason
    except TooManyCodesError:
        return "pause"
    return "found"


def wrong() -> str:
    """One that could be a code, and is nobody's."""
    return new_code()


@given(st.integers(0, 10), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_found(place: int, letter: str) -> None:
    code = new_code()
    assert is_whole(code)
    assert is_whole(code[:place] + letter + code[place + 1 :]) == (code[place] == letter)


@given(st.integers(0, 9))
def test_two_exchanged_characters_are_found(place: int) -> None:
    code = new_code()
    exchanged = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert is_whole(exchanged) == (exchanged == code)


@given(st.text(max_size=20))
def test_whatever_is_typed_can_be_compared(typed: str) -> None:
    assert is_whole(key_of(typed)) in (True, False)


def test_a_code_is_compared_however_it_is_spelt() -> None:
    code = new_code()
    assert key_of(spelt(code).lower().replace("0", "o").replace("1", "l")) == code
    assert masked(code) == f"••••{code[-3:]}"


def test_unknown_and_anothers_are_told_by_the_same_word(shop: Shop, olena: int) -> None:
    """LP-8: who tries codes learns nothing of those that there are."""
    with shop.work():
        taras = add_customer("Taras")
    code = code_for(shop, olena)
    assert ask(shop, spelt(code), olena) == "found"
    assert ask(shop, code, taras) == Refused.UNKNOWN
    assert ask(shop, wrong(), taras) == Refused.UNKNOWN


@pytest.mark.parametrize("index", ["coupon_code_key", "coupon_series_code_key"])
def test_a_code_is_found_by_its_index_where_plans_are_kept(
    shop: Shop, olena: int, superuser: psycopg.Connection, index: str
) -> None:
    """At a counter all coupons of the business were read for each code: no index of codes fits any value."""
    with shop.work():
        series = [add_series(f"Series {number}") for number in range(30)]
        crowd = [add_customer("Iryna", str(number)) for number in range(200)]
        issue_coupons(series[0], crowd, "crowd")
    code, scans = code_for(shop, olena), text("SELECT pg_stat_get_xact_numscans(CAST(:index AS regclass))")
    superuser.execute("ANALYZE coupon, coupon_series")
    with shop.app.app_context(), unit_of_work(Scope(shop.id, at_counter=True)):
        # Among a few rows any index costs the same, and a plan kept by an earlier test stays as it was made.
        db.session.execute(text("DISCARD PLANS"))
        db.session.execute(text("SET LOCAL enable_seqscan = off"))
        before = db.session.scalar(scans, {"index": index})
        assert find_code(code, olena, shop.own_terminal, dates.now()).coupon is not None
        assert db.session.scalar(scans, {"index": index}) == before + 1


def test_after_twenty_wrong_codes_the_right_one_helps_no_more(shop: Shop, olena: int) -> None:
    """LP-8: counted at the Terminal, whoever the customer is; a right one and a slip cost nothing."""
    code = code_for(shop, olena)
    slip = code[:-1] + next(letter for letter in ALPHABET if letter != code[-1])
    for each in [code, slip] * (MOST + 1):
        assert ask(shop, each, olena) in ("found", Refused.UNKNOWN)
    for _ in range(MOST):
        assert ask(shop, wrong(), olena) == Refused.UNKNOWN
    assert ask(shop, wrong(), olena) == "pause"
    assert ask(shop, code, olena) == "pause"
    with shop.work():
        assert find_code(code, olena, shop.franchised_terminal, dates.now()).coupon is not None


def test_a_shared_code_as_long_as_those_made_here_is_not_guessed_either(shop: Shop, olena: int) -> None:
    """LP-8: it has no check character, so what is as long is a guess and no slip."""
    with shop.work():
        add_series("Sale", code_kind="shared", code="SUMMERSALE2", code_key=key_of("SUMMERSALE2"))
    guesses = [f"SUMMER{number:05d}" for number in range(MOST * 2)]
    for each in [guess for guess in guesses if not is_whole(guess)][:MOST]:
        assert ask(shop, each, olena) == Refused.UNKNOWN
    assert ask(shop, "SUMMERSALE2", olena) == "pause"


def test_after_ten_minutes_it_is_asked_again(shop: Shop, olena: int, superuser: psycopg.Connection) -> None:
    for _ in range(MOST + 1):
        ask(shop, wrong(), olena)
    superuser.execute("UPDATE code_guess SET since = since - interval '601 seconds'")
    assert ask(shop, code_for(shop, olena), olena) == "found"


def test_a_try_counts_though_its_unit_of_work_is_given_up(shop: Shop, olena: int) -> None:
    for _ in range(MOST):
        with shop.app.app_context():
            open_scope(Scope(shop.id))
            with given_up(), pytest.raises((RefusedError, GivenUpError)):
                find_code(wrong(), olena, shop.own_terminal, dates.now())
    assert ask(shop, wrong(), olena) == "pause"


def test_no_more_are_compared_however_many_ask_at_once(shop: Shop, olena: int) -> None:
    with many_connections(shop, 60), ThreadPoolExecutor(30) as pool:
        heard = list(pool.map(lambda code: ask(shop, code, olena), [wrong() for _ in range(60)]))
    assert heard.count(Refused.UNKNOWN) == MOST
    assert heard.count("pause") == 60 - MOST


def test_a_gift_card_is_found_by_whoever_shows_it(shop: Shop, olena: int) -> None:
    """LP-8: it is money in anyone's hands."""
    with shop.work():
        code = make_gift_card(10_000, None).code
    assert ask(shop, code.lower(), olena) == "found"


def test_drawn_nonsense_is_unknown(shop: Shop, olena: int) -> None:
    rng = random.Random(5)
    for _ in range(15):
        typed = "".join(rng.choice("аЯ🎁 %'\"\\x0AZ-_\0") for _ in range(rng.randrange(0, 40)))
        assert ask(shop, typed, olena) == Refused.UNKNOWN
