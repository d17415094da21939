"""Sales: quoted, made, read, cancelled; by the services that the Terminal uses, with the same refusals (TE-2, TE-5)."""

from __future__ import annotations

from typing import Any

from flask import current_app

from app.api.baskets import basket_of
from app.api.operations import operation
from app.api.paging import NO_PAGE, key_of, page_shown
from app.api.refusing import refusals_told
from app.api.sale_answers import checked, listed_shown, made_shown, quote_shown, sale_shown
from app.api.sales import BasketGiven, NewSale, PinShown, QuoteShown, SaleListed, SaleMade, SaleQuery, SaleShown
from app.api.schemas import PageShown
from app.api.tills import asked_terminals, own_sale
from app.identity import workplace
from app.lib import dates
from app.lib.formats import precision
from app.period import Period
from app.permissions import KeyScope
from app.problems import CallProblem
from app.transactions.models import Source
from app.transactions.queries import sales_at
from app.transactions.services import (
    Basket,
    Figures,
    QuoteChangedError,
    Sale,
    cancel_sale,
    check_pin,
    quote,
    sell,
    send_pin,
)
from app.transactions.services.open_sales import lines_of
from app.transactions.services.pins import LASTS

NOT_SOLD = "The basket cannot be sold as it is: `type` says why, such as `blacklisted` or `too-many-points`."
WITHOUT_PIN = "Fewer points are spent than need a PIN."


@operation(
    "POST", "/quotes", KeyScope.WRITE_SALES, reads=True, at_counter=True, refuses={404: "Nobody.", 409: NOT_SOLD}
)
def quote_basket(body: BasketGiven) -> QuoteShown:
    """Quote a basket.

    Says what it comes to and brings if it is sold now: nothing is written, so it needs no Idempotency-Key.
    """
    with refusals_told(body.customer_id):
        return quote_shown(quote(basket_of(body)))


@operation("POST", "/pins", KeyScope.WRITE_SALES, status=201, at_counter=True, refuses={404: "Nobody.", 409: NOT_SOLD})
def send_sale_pin(body: BasketGiven) -> PinShown:
    """Send the customer a PIN for a basket.

    Where a basket spends more points than the program lets go without one: the customer tells the PIN, and the sale
    brings it. It is good for five minutes, one use, five tries, and this very basket. One sent before is over.
    """
    with refusals_told(body.customer_id):
        asked = quote(basket_of(body))
        if not asked.needs_pin:
            raise CallProblem(409, "pin-not-needed", WITHOUT_PIN)
        # A message is paid for, and ends the PIN before it: none goes out for what cannot be sold.
        checked(asked)
        sent = send_pin(asked)
    # No SMS leaves a demonstration, so the code is told where it is to be typed, as at the Terminal.
    told = None if current_app.config["REGULARS"].production else sent.code
    return PinShown(id=sent.id, expires_at=dates.now() + LASTS, demonstration_code=told)


@operation("POST", "/sales", KeyScope.WRITE_SALES, status=201, at_counter=True, refuses={404: "Nobody.", 409: NOT_SOLD})
def create_sale(body: NewSale) -> SaleMade:
    """Sell a basket.

    By the rules of the program, as at the Terminal: points are earned and spent, coupons, offers and gift cards are
    redeemed, the message goes out. It is all done or nothing is.
    """
    with refusals_told(body.customer_id):
        basket = basket_of(body)
        agreed = _agreed(body, basket)
        if body.pin is not None:
            check_pin(body.pin.id, body.pin.code, basket, agreed.points if agreed else None)
        return made_shown(_sold(basket, agreed, pin_checked=body.pin is not None))


@operation("GET", "/sales", KeyScope.READ_SALES, refuses=NO_PAGE)
def list_sales(query: SaleQuery) -> PageShown[SaleListed]:
    """List the sales of the Terminals that the key sells at, newest first.

    Sales that salespeople made there are among them. Whose they were is told of one sale at a time.
    """
    period, key, digits = Period(query.first_day, query.last_day), key_of(query), _digits()
    if period.fault:
        raise CallProblem(422, "address-wrong", period.fault)
    rows = sales_at(asked_terminals(query.terminal_id), period, key)
    return page_shown(rows, key, lambda row: listed_shown(row, digits))


@operation("GET", "/sales/<int:transaction_id>", KeyScope.READ_SALES)
def read_sale(transaction_id: int) -> SaleShown:
    """Read a sale with its lines, rules and what was redeemed."""
    return _shown(transaction_id)


@operation(
    *("POST", "/sales/<int:transaction_id>/cancellation", KeyScope.WRITE_SALES),
    at_counter=True,
    refuses={409: "It was cancelled before, or what it brought is spent: `missing` says how much in which account."},
)
def cancel_made_sale(transaction_id: int) -> SaleShown:
    """Cancel a sale.

    Everything is as it was before it: money, points, coupons, offers, gift cards. A sale is never edited: cancel it
    and make it anew.
    """
    with refusals_told():
        cancel_sale(own_sale(transaction_id))
    return _shown(transaction_id)


def _sold(basket: Basket, agreed: Figures | None, *, pin_checked: bool) -> Sale:
    """Raises CallProblem with the new quote where the sale comes to other figures than were agreed to."""
    try:
        return sell(basket, agreed, source=Source.API, pin_checked=pin_checked)
    except QuoteChangedError as changed:
        now: Any = quote_shown(changed.quote).model_dump(mode="json")
        detail = "The figures changed since they were agreed to: `quote` has the new ones."
        raise CallProblem(409, "quote-changed", detail, quote=now) from None


def _agreed(body: NewSale, basket: Basket) -> Figures | None:
    """What the sale has to come to: as was said, or where a PIN is to open what offers cost, as it is now."""
    if body.agreed is not None:
        return Figures(**body.agreed.model_dump())
    return quote(basket).figures if body.pin is not None and basket.brought.offers else None


def _shown(transaction_id: int) -> SaleShown:
    sale = own_sale(transaction_id)
    return sale_shown(sale, lines_of(sale), _digits())


def _digits() -> int:
    return precision(workplace().currency)
