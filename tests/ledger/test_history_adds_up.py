"""What the Loyalty history shows adds up to the balance, whoever looks (CP-2, PR-3): examples drawn by hypothesis."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.ledger.history import History, Line
from tests.customers.looking import looking
from tests.factories import add_customer, add_franchisee, add_point_of_sale, add_sale, add_terminal
from tests.ledger.movements import add_account, move
from tests.people import Person, Town

BEGAN = datetime(2026, 3, 1, 9, tzinfo=UTC)
OBOLON, PODIL, BRAND, NOWHERE = range(4)
some = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@dataclass(frozen=True)
class Movement:
    amount: int
    where: int
    money: bool
    hours: int
    """Since the movement before it."""


movements = st.lists(
    st.builds(
        Movement,
        st.integers(-5_000, 9_000).filter(bool),
        st.sampled_from([OBOLON, PODIL, BRAND, NOWHERE]),
        st.booleans(),
        st.integers(0, 60),
    ),
    max_size=25,
)


@dataclass(frozen=True)
class Scene:
    """Podil is Boris's, Obolon another franchisee's; who sees only one of them, and Anna, who sees everything."""

    town: Town
    places: dict[int, int | None]
    till: int
    """Of Obolon, where every customer bought something that moved no points."""
    limited: dict[int, Person]

    def live(self, moves: list[Movement]) -> int:
        """A customer of everyone with these movements, turned round where the balance would not cover them."""
        with self.town.kavalier.work():
            customer = add_customer(point_of_sale=self.town.kavalier.franchised_place)
            add_sale(customer, self.till, 100)
            held = {False: 0, True: 0}
            wallets = {False: self.town.kavalier.wallet, True: add_account(customer)}
            at = BEGAN
            for each in moves:
                amount = each.amount if held[each.money] + each.amount >= 0 else -each.amount
                held[each.money] += amount
                at += timedelta(hours=each.hours)
                move(customer, amount, at, wallet=wallets[each.money], point_of_sale_id=self.places[each.where])
        return customer


@pytest.fixture
def scene(town: Town, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """Pages are short, so that a few movements fill several."""
    monkeypatch.setattr("app.paging.PAGE_SIZE", 4)
    shop = town.kavalier
    with shop.work():
        other = add_franchisee("Obolon Partners")
        obolon = add_point_of_sale("Obolon", other)
        till = add_terminal(obolon, "Obolon 1")
    places = {OBOLON: obolon, PODIL: shop.franchised_place, BRAND: shop.own_place, NOWHERE: None}
    return Scene(town, places, till, {PODIL: town.boris, OBOLON: replace(town.boris, franchisee=other)})


def pages(customer: int, **args: str) -> Iterator[History]:
    """Every page of a history, from the newest to the oldest."""
    history = History(customer, args)
    yield history
    while history.page.next:
        history = History(customer, {**args, **history.page.next})
        yield history


def lines(customer: int, **args: str) -> list[Line]:
    return [line for history in pages(customer, **args) for line in history.page.lines]


def by_wallet(shown: list[Line]) -> dict[int, list[Line]]:
    found: dict[int, list[Line]] = {}
    for line in shown:
        found.setdefault(line.wallet.id, []).append(line)
    return found


@some
@given(moves=movements)
def test_all_lines_add_up_for_who_sees_everything(scene: Scene, moves: list[Movement]) -> None:
    """CP-2: over all pages every movement once, each leaving the balance that the next one began with."""
    customer = scene.live(moves)
    with looking(scene.town, scene.town.anna):
        shown = lines(customer)
        assert len(shown) == len(moves)
        assert [line.at for line in shown] == sorted((line.at for line in shown), reverse=True)
        for of_wallet in by_wallet(shown).values():
            assert sum(line.amount for line in of_wallet) == of_wallet[0].wallet.balance
            before = [line.reached - line.amount for line in of_wallet]  # type: ignore[operator]
            assert [of_wallet[0].wallet.balance, *before] == [*(line.reached for line in of_wallet), 0]
        assert History(customer, {}).elsewhere == []


@some
@given(moves=movements)
def test_own_lines_and_one_sum_add_up_for_each_franchisee(scene: Scene, moves: list[Movement]) -> None:
    """CP-2, PR-3: its own movements line by line, everything else in one sum, together the balance."""
    customer = scene.live(moves)
    for place, person in scene.limited.items():
        with looking(scene.town, person):
            shown = by_wallet(lines(customer))
            assert sum(map(len, shown.values())) == sum(each.where == place for each in moves)
            for history in pages(customer):
                for each in history.elsewhere:
                    own = shown.get(each.wallet.id, [])
                    assert each.own == sum(line.amount for line in own)
                    assert each.own + each.amount == each.wallet.balance
                    # Counted from the oldest, each line adds its amount to the sum of those before it.
                    assert [line.reached for line in own] == [
                        sum(line.amount for line in own[number:]) for number in range(len(own))
                    ]


@some
@given(moves=movements, days=st.integers(0, 60))
def test_two_periods_make_up_the_whole(scene: Scene, moves: list[Movement], days: int) -> None:
    """CP-2, PR-3: whatever the day, lines up to it and after it are all lines, and the one sum is the same in both."""
    customer = scene.live(moves)
    last = BEGAN.astimezone(ZoneInfo("Europe/Kyiv")).date() + timedelta(days=days)
    early, late = {"to": last.isoformat()}, {"from": (last + timedelta(days=1)).isoformat()}
    for person in (scene.town.anna, scene.town.boris):
        with looking(scene.town, person):
            assert lines(customer, **late) + lines(customer, **early) == lines(customer)
            sums = [History(customer, args).elsewhere for args in ({}, early, late)]
            assert sums[0] == sums[1] == sums[2]


@some
@given(own=movements, elsewhere=movements, parts=st.integers(1, 4))
def test_nothing_tells_of_a_single_movement_elsewhere(
    scene: Scene, own: list[Movement], elsewhere: list[Movement], parts: int
) -> None:
    """PR-3: to a franchisee two histories look the same when all that differs is how the sum elsewhere came about."""
    mine = [replace(each, where=PODIL, amount=abs(each.amount)) for each in own]
    others = [replace(each, where=BRAND, amount=abs(each.amount) * parts) for each in elsewhere]
    # The same amounts in other parts, of other places, before everything instead of among it.
    divided = [
        replace(each, amount=abs(each.amount), where=NOWHERE, hours=0) for each in elsewhere for _ in range(parts)
    ]
    seen = []
    for moves in (_mixed(mine, others), [*divided, *mine]):
        customer = scene.live(moves)
        with looking(scene.town, scene.town.boris):
            shown = [(line.at, line.title, line.wallet.id, line.amount, line.reached) for line in lines(customer)]
            seen.append((shown, [(each.wallet.id, each.own, each.amount) for each in History(customer, {}).elsewhere]))
    assert seen[0] == seen[1]


def _mixed(mine: list[Movement], others: list[Movement]) -> list[Movement]:
    """In turns, with mine at the same hours as without the others."""
    mixed: list[Movement] = []
    for number in range(max(len(mine), len(others))):
        mixed += [replace(each, hours=0) for each in others[number : number + 1]]
        mixed += mine[number : number + 1]
    return mixed
