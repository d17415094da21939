"""A basket as a call says it, made into what the Terminal's own services quote and sell (TE-2, TE-4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from app.api.reading import faulty
from app.api.sales import AccountPays, BasketGiven, LineGiven
from app.api.tills import check_met, chosen_terminal
from app.identity import caller
from app.lib import dates
from app.loyalty.queries import program_with_goods
from app.offers.services import Found, Refused, RefusedError, find_code, is_in_hand
from app.permissions import KeyScope
from app.problems import CallProblem
from app.transactions.services import Basket, BasketLine, Brought, BroughtRefusedError, gross_of

CHECK = "Check"
"""What a line is called whose goods are not told."""


def basket_of(given: BasketGiven) -> Basket:
    """Raises CallProblem, BroughtRefusedError, and the errors of codes that are not taken."""
    _check_scopes(given)
    check_met(given.customer_id)
    program, goods = _known(given)
    terminal = chosen_terminal(given.terminal_id)
    return Basket(
        customer_id=given.customer_id,
        program_id=program,
        terminal_id=terminal,
        lines=tuple(_lines(given, goods)),
        points=given.points,
        accounts=_accounts(given.accounts),
        brought=_brought(given, terminal, dates.now()),
    )


def _check_scopes(given: BasketGiven) -> None:
    """A key that only sells redeems nothing but points."""
    redeemed = {
        KeyScope.WRITE_COUPONS: given.codes or given.coupons or given.gift_cards,
        KeyScope.WRITE_OFFERS: given.offers,
    }
    for scope, things in redeemed.items():
        if things and scope not in caller().scopes:
            raise CallProblem(403, "scope-missing", f"This key has not the scope {scope}.", scope=scope.value)


def _known(given: BasketGiven) -> tuple[int, Mapping[str, Any]]:
    """The program, and the goods by their codes as they are compared."""
    own, codes = caller().program_id, {line.code for line in given.lines} - {""}
    if own is not None and given.program_id in (None, own) and not codes:
        return own, {}
    rows = program_with_goods(given.program_id, codes)
    if not rows:
        raise faulty("/program_id", "There is no such program.")
    return rows[0].program_id, {row.code_key: row for row in rows if row.id is not None}


def _lines(given: BasketGiven, goods: Mapping[str, Any]) -> Iterator[BasketLine]:
    if given.amount is not None:
        if given.lines:
            raise faulty("/amount", "A basket has lines, or an amount in place of them.")
        yield BasketLine(CHECK, given.amount)
    for place, line in enumerate(given.lines):
        yield _line(place, line, goods.get(line.code.casefold()))


def _line(place: int, line: LineGiven, good: Any) -> BasketLine:
    if good is None:
        if line.amount is None:
            raise faulty(f"/lines/{place}/amount", "The list of goods has no such code, so the line needs an amount.")
        return BasketLine(line.name or line.code or CHECK, line.amount, line.quantity, code=line.code)
    if line.amount is None and (good.price is None or good.archived_at is not None):
        raise faulty(
            f"/lines/{place}/amount", "The list of goods has no price for it now, so the line needs an amount."
        )
    amount = gross_of(good.price or 0, line.quantity) if line.amount is None else line.amount
    groups = () if good.group_id is None else (good.group_id,)
    return BasketLine(good.name, amount, line.quantity, good.id, good.code, groups=groups)


def _accounts(paying: list[AccountPays]) -> Mapping[int, int]:
    """Wallet → amount, in the order in which wallets are held."""
    paid = {each.account_id: each.amount for each in paying if each.amount}
    if len({each.account_id for each in paying}) < len(paying):
        raise faulty("/accounts", "Each account stands there once.")
    return dict(sorted(paid.items()))


def _brought(given: BasketGiven, terminal_id: int, at: datetime) -> Brought:
    """By id what the customer holds, by code what it shows: what is nobody's comes by its code alone (TE-4)."""
    for number in given.coupons:
        if not is_in_hand(number, given.customer_id):
            raise BroughtRefusedError("coupons", number, RefusedError(Refused.UNKNOWN))
    brought = Brought.of({"coupons": given.coupons, "offers": given.offers})
    for place, code in enumerate(given.codes):
        kind, number = _coupon(find_code(code, given.customer_id, terminal_id, at), place)
        brought = brought.having(kind, number)
    for place, paying in enumerate(given.gift_cards):
        card = find_code(paying.code, given.customer_id, terminal_id, at).gift_card
        if card is None or not paying.amount or card.id in brought.gift_cards:
            raise faulty(f"/gift_cards/{place}", "Each gift card stands there once, with what it pays.")
        brought = brought.having("gift_cards", card.id, paying.amount)
    return brought


def _coupon(found: Found, place: int) -> tuple[str, int]:
    """How a basket names it."""
    if found.coupon is not None:
        return "coupons", found.coupon.id
    if found.series is not None:
        return "series", found.series.id
    raise faulty(f"/codes/{place}", "This is the code of a gift card: say with gift_cards what it pays.")
