"""Accounts of points and money as the API shows and moves them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from app.api.schemas import MOST_AMOUNT, Body, Id, Line, Moment, Shown

MOST_DAYS = 3_650
LONGEST_REASON = 200

Amount = Annotated[int, Field(ge=1, le=MOST_AMOUNT)]


class Movement(Body):
    """What is taken off an account."""

    account_id: Id | None = None
    """Left out, the points of the default program."""
    amount: Amount
    """Hundredths of a point, or the smallest unit of the currency."""
    reason: Annotated[Line, StringConstraints(min_length=1, max_length=LONGEST_REASON)]
    """It stands in the customer's history and in the audit log."""
    terminal_id: Id | None = None
    """Where it counts in the log, for a key that works at several Terminals."""


class Credit(Movement):
    """What is put on an account."""

    valid_days: Annotated[int, Field(ge=1, le=MOST_DAYS)] | None = None
    """Left out, it never expires."""


class AccountShown(Shown):
    """An account that customers of the business have."""

    id: int
    kind: Literal["points", "money"]
    name: str
    unit: str
    """Empty for points, and for money in the business's currency."""


class AccountsShown(Shown):
    """All of them."""

    items: list[AccountShown]


class LotShown(Shown):
    """What came in together and expires together; the first is spent first."""

    amount: int
    expires_at: Moment | None
    """Null never expires."""


class HeldShown(AccountShown):
    """What a customer has on an account."""

    amount: int
    """That can be spent now."""
    lots: list[LotShown]


class AccountsHeld(Shown):
    """All that a customer has."""

    items: list[HeldShown]


class BalanceShown(Shown):
    """What is on an account after a movement."""

    account_id: int
    balance: int
