"""Whatever is charged, paid in, reserved and added up, in any order: the balance is what a plain sum says (BI-1)."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.billing.check import faults
from app.billing.models import ChargeKind
from app.billing.queries import balance, spendable, totals
from app.billing.services import (
    Prices,
    ReferenceTakenError,
    add_up,
    charge_messages,
    correct,
    post_monthly_fees,
    release_messages,
    reserve_messages,
    set_tariff,
    top_up,
)
from app.lib import dates
from app.period import EARLIEST, LATEST
from tests.factories import add_customer, add_sale
from tests.people import Shop, Town

KYIV = ZoneInfo("Europe/Kyiv")
BEGAN = datetime(2026, 10, 24, 20, 30, tzinfo=KYIV)  # Clocks change that night, and a month ends soon.


@dataclass
class Model:
    """The same in plain sums."""

    shop: Shop
    customer: int
    now: datetime = BEGAN
    prices: list[tuple[datetime, Prices]] = field(default_factory=list)
    balance: int = 0
    held: dict[tuple[ChargeKind, int], int] = field(default_factory=dict)
    gone: set[tuple[ChargeKind, int]] = field(default_factory=set)
    references: set[tuple[str, str]] = field(default_factory=set)
    months: set[tuple[int, int]] = field(default_factory=set)

    def price(self, moment: datetime) -> Prices:
        begun = [(begins, number) for number, (begins, _prices) in enumerate(self.prices) if begins <= moment]
        return self.prices[max(begun)[1]][1] if begun else Prices(0, 0, 0, 0)

    def sell(self) -> None:
        add_sale(self.customer, self.shop.own_terminal, 500, dates.now())
        self.balance -= self.price(self.now).transaction_price

    def pay(self, amount: int, reference: str) -> None:
        taken = ("top-up", reference) in self.references
        with pytest.raises(ReferenceTakenError) if taken else contextlib.nullcontext():
            top_up(amount, reference)
            self.balance += amount
        self.references.add(("top-up", reference))

    def correct(self, amount: int) -> None:
        correct(amount, f"{len(self.references)}")
        self.references.add(("correction", f"{len(self.references)}"))
        self.balance += amount

    def tariff(self, prices: Prices, days: int | None) -> None:
        begins = None if days is None else (self.now.astimezone(KYIV) + timedelta(days)).date()
        self.prices.append((set_tariff(prices, begins), prices))

    def reserve(self, kind: ChargeKind, message: int, quantity: int) -> None:
        key = kind, message
        if key in self.gone:
            return
        prices = self.price(self.now)
        cost = quantity * (prices.sms_price if kind is ChargeKind.SMS else prices.viber_price)
        left = self.balance - sum(self.held.values())
        affordable = key in self.held or cost == 0 or cost <= left
        assert reserve_messages(kind, {message: quantity}) == ({message} if affordable else set())
        if affordable:
            self.held.setdefault(key, cost)

    def leave(self, kind: ChargeKind, message: int, sent: bool) -> None:
        (charge_messages if sent else release_messages)(kind, [message])
        cost = self.held.pop((kind, message), None)
        if sent and cost is not None:
            self.gone.add((kind, message))
            self.balance -= cost

    def fees(self) -> None:
        posted = post_monthly_fees()
        begun = [begins for begins, _prices in self.prices if begins <= self.now]
        if begun:
            first = min(begun).astimezone(KYIV)
            month = first.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
            while month <= self.now:
                if (month.year, month.month) not in self.months:
                    self.months.add((month.year, month.month))
                    self.balance -= self.price(max(month, first)).monthly_fee
                month = (month + timedelta(days=32)).replace(day=1)
        assert {(number // 100, number % 100) for number in posted} <= self.months


numbers = st.integers(1, 3)
kinds = st.sampled_from([ChargeKind.SMS, ChargeKind.VIBER])
prices = st.builds(Prices, *[st.integers(0, 500)] * 4)
steps = st.one_of(
    st.tuples(st.just("sell")),
    st.tuples(st.just("sell")),
    st.tuples(st.just("pay"), st.integers(1, 5_000), st.sampled_from("abc")),
    st.tuples(st.just("correct"), st.integers(-900, 900).filter(bool)),
    st.tuples(st.just("tariff"), prices, st.sampled_from([None, 0, 1, 9])),
    st.tuples(st.just("reserve"), kinds, numbers, numbers),
    st.tuples(st.just("reserve"), kinds, numbers, numbers),
    st.tuples(st.just("leave"), kinds, numbers, st.booleans()),
    st.tuples(st.just("fees")),
    st.tuples(st.just("wait"), st.integers(1, 40 * 24)),
    st.tuples(st.just("add up")),
)


class DoneError(Exception):
    """Nothing of an example is kept."""


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=st.lists(steps, max_size=25))
def test_the_balance_never_drifts(town: Town, drawn: list[tuple[object, ...]]) -> None:
    """BI-1: and every sale, month and message is charged once."""
    shop = town.kavalier
    with pytest.MonkeyPatch.context() as patched, contextlib.suppress(DoneError), shop.work():
        model = Model(shop, add_customer())
        patched.setattr(dates, "now", lambda: model.now)
        for name, *values in drawn:
            if name == "wait":
                model.now += timedelta(hours=int(str(values[0])))
            elif name == "add up":
                add_up()
            else:
                getattr(model, str(name))(*values)
            assert balance() == model.balance
        assert spendable() == model.balance - sum(model.held.values())
        assert sum(each.amount for each in totals(EARLIEST, LATEST)) == model.balance
        assert faults() == []
        raise DoneError
