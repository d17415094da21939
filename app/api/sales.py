"""Baskets, quotes and sales as the API takes and shows them. Money is in the smallest unit, points in hundredths."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from app.api.schemas import Body, Id, Line, Moment, Money, PageQuery, Points, Shown
from app.transactions.services.basket import MOST_LINES

LONGEST_CODE, LONGEST_GOOD_CODE = 200, 64
MOST_THINGS = 50
"""Coupons, offers, gift cards or accounts of a kind in one check."""
MOST_QUANTITY = 10**9

TypedCode = Annotated[Line, StringConstraints(min_length=1, max_length=LONGEST_CODE)]


class LineGiven(Body):
    """A good by its code, or anything else by a name."""

    code: Annotated[Line, StringConstraints(max_length=LONGEST_GOOD_CODE)] = ""
    """As the list of goods has it. Rules about goods know it by its code; one that no list has is sold by its name."""
    name: Line = ""
    """Of what no list has; a good is called as in the list."""
    quantity: Annotated[int, Field(ge=0, le=MOST_QUANTITY)] = 1000
    """Thousandths: 1000 is one piece, 250 a quarter of a kilogram."""
    amount: Money | None = None
    """Of the whole quantity as your till has it, before the discounts of the program. Left out, the list's price."""


class AccountPays(Body):
    """What a money account pays."""

    account_id: Id
    amount: Money


class GiftCardPays(Body):
    """What a gift card pays."""

    code: TypedCode
    amount: Money


class BasketGiven(Body):
    """What is sold, to whom, and what pays."""

    customer_id: Id
    """For a key of a franchisee, whom its places never saw counts as a look-up, unless it was looked up that day."""
    terminal_id: Id | None = None
    """Where it is sold, for a key that works at several Terminals."""
    program_id: Id | None = None
    """Left out, the default program."""
    lines: Annotated[list[LineGiven], Field(max_length=MOST_LINES)] = []
    amount: Money | None = None
    """Of a check whose goods are not told, in place of lines."""
    points: Points = 0
    """To pay with."""
    accounts: Annotated[list[AccountPays], Field(max_length=MOST_THINGS)] = []
    codes: Annotated[list[TypedCode], Field(max_length=MOST_THINGS)] = []
    """Of coupons that the customer shows. Whatever is redeemed needs the scope `coupons:write`."""
    coupons: Annotated[list[Id], Field(max_length=MOST_THINGS)] = []
    """Coupons that the customer holds, by id."""
    offers: Annotated[list[Id], Field(max_length=MOST_THINGS)] = []
    """Offers in the customer's hands, by id. Their points go with the sale; it needs the scope `offers:write`."""
    gift_cards: Annotated[list[GiftCardPays], Field(max_length=MOST_THINGS)] = []


class Agreed(Body):
    """The figures of a quote that customer and shop agreed to."""

    total: Money
    points: Points
    due: Money
    earned: Points
    things: Annotated[int, Field(ge=0, le=10**6)] = 0
    """How many coupons, offers, gift cards and gifts."""


class PinGiven(Body):
    """What the customer read out of its message."""

    id: Id
    code: Annotated[str, StringConstraints(max_length=6, pattern="^[0-9]{6}$")]


class NewSale(BasketGiven):
    """A basket that is sold now."""

    agreed: Agreed | None = None
    """`agreed` of the quote: the sale is refused if it comes to anything else by now. Left out, it is made as it is."""
    pin: PinGiven | None = None
    """Where more points are spent than the program lets go without one."""


class SaleQuery(PageQuery):
    """Which sales: of the Terminals that the key may sell at."""

    terminal_id: Id | None = None
    first_day: date | None = None
    """Days are those of the business's time zone; both ends are included."""
    last_day: date | None = None


class LineShown(Shown):
    """A line as it is sold."""

    code: str
    name: str
    quantity: int
    amount: int
    """Before the discounts of the program."""
    discount: int


class RuleShown(Shown):
    """A rule of the program, and why it applied or did not."""

    id: int
    name: str
    why: str
    """`applied`, or what it lacked."""
    discount: int


class AgreedShown(Shown):
    """To be sent with the sale as `agreed`."""

    total: int
    points: int
    due: int
    earned: int
    things: int


class QuoteShown(Shown):
    """What a basket comes to and brings, if it is sold now."""

    program_id: int
    terminal_id: int
    total: int
    """After discounts."""
    discount: int
    due: int
    """What is left to be paid in money."""
    earned: int
    """Points."""
    points_spent: int
    """To pay, and for offers."""
    most_points: int
    """That may pay this check: what is there, up to the program's share of a check."""
    needs_pin: bool
    """Whether the customer has to tell a PIN: ask for one with /pins."""
    agreed: AgreedShown
    lines: list[LineShown]
    rules: list[RuleShown]
    gifts: list[str]
    """Goods that come with it."""
    coupons: list[str]
    """What series it brings a coupon of."""


class _SaleFigures(Shown):
    """What is told of every sale."""

    id: int
    at: Moment
    program_id: int
    terminal_id: int
    total: int
    """After discounts."""
    discount: int
    due: int
    """What was left to be paid in money."""
    earned: int
    """Points."""
    points_paid: int
    points_for_offers: int
    account_paid: int
    """By money accounts and gift cards."""


class SaleMade(_SaleFigures):
    """A sale as it was made."""

    balance: int
    """Points of the customer after it."""
    gifts: list[str]
    coupons: list[str]
    """Codes of coupons that came with it."""

    @property
    def address(self) -> str:
        return f"/api/v1/sales/{self.id}"


class SaleListed(_SaleFigures):
    """A sale in the list, where nobody is told whose it was."""

    status: str
    """completed or cancelled."""
    source: str
    """store for a Terminal, api for a key."""
    cancelled_at: Moment | None


class ExtraShown(Shown):
    """What was redeemed with a sale or came with it."""

    kind: str
    """coupon, offer or gift_card for what was redeemed; gift, issued or not_issued for what came with it."""
    title: str
    code: str | None
    amount: int | None
    """That it took off or paid."""
    points: int | None
    """That it cost."""
    why: str | None
    """Of a coupon that was not issued."""


class SaleShown(SaleListed):
    """One sale."""

    customer_id: int
    lines: list[LineShown]
    rules: list[RuleShown]
    extras: list[ExtraShown]


class PinShown(Shown):
    """A PIN on its way to the customer's phone, for this very basket."""

    id: int
    expires_at: Moment
    demonstration_code: str | None
    """The code itself where no SMS leaves the house; always null in production."""
